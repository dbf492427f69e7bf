// Options by name and as the fields of a struct.
#include "base/option_binder.h"

#include <gtest/gtest.h>

#include <functional>

namespace groel {
namespace {

struct FoldOptions {
  std::vector<std::string> input;
  std::int64_t steps = 0;
  std::optional<std::int64_t> seed;
  std::string mode;
  std::optional<std::string> output;
  std::size_t memory = 0;
  Chosen<double> rate;
  bool json = false;
  nlohmann::json all;

  void declare(OptionBinder& to) {
    to(input, {.name = "input", .type = OptionType::paths, .help = "x", .renamed = {{"old", "new"}}});
    to(steps, {.name = "steps", .help = "x", .otherwise = 3});
    to(seed, {.name = "seed", .help = "x"});
    to.group("Output");
    to(mode, {.name = "mode", .help = "x", .otherwise = "a", .choices = {"a", "b"}});
    to(output, {.name = "output", .help = "x", .aliases = {"out"}});
    to.group("");
    to.verbs({"fold"});
    to(memory, {.name = "memory", .help = "x", .otherwise = "2K"});
    to(rate, {.name = "rate", .help = "x", .otherwise = 0.5});
    to.verbs({});
    to(json, {.name = "json", .help = "x", .group = "Last"});
    to.values(all);
  }
};

const std::vector<OptionSpec> kTable = option_table<FoldOptions>();

FoldOptions filled(const nlohmann::json& given) { return bound<FoldOptions>(Options(kTable, given)); }

std::string complaint(const nlohmann::json& given) {
  try {
    filled(given);
  } catch (const Error& error) {
    return std::string(name(error.kind())) + ": " + error.what();
  }
  return "none";
}

TEST(OptionBinder, TypesFollowFromFields) {
  std::vector<OptionType> types;
  for (const OptionSpec& spec : kTable) types.push_back(spec.type);
  EXPECT_EQ(types, (std::vector{OptionType::paths, OptionType::integer, OptionType::integer, OptionType::choice,
                                OptionType::text, OptionType::bytes, OptionType::number, OptionType::flag}));
}

TEST(OptionBinder, GroupsAndVerbsHoldUntilTheyEnd) {
  std::vector<std::string> groups;
  for (const OptionSpec& spec : kTable) groups.push_back(spec.group);
  EXPECT_EQ(groups, (std::vector<std::string>{"", "", "", "Output", "Output", "", "", "Last"}));
  EXPECT_EQ(kTable[5].verbs, std::vector<std::string>{"fold"});
  EXPECT_TRUE(kTable[7].verbs.empty());
}

TEST(OptionBinder, WhatIsNotGivenIsTheTablesOrNothing) {
  const FoldOptions options = filled(nlohmann::json::object());
  EXPECT_EQ(options.steps, 3);
  EXPECT_FALSE(options.seed);
  EXPECT_EQ(options.mode, "a");
  EXPECT_FALSE(options.output);
  EXPECT_EQ(options.memory, 2048U);
  EXPECT_EQ(options.rate.value, 0.5);
  EXPECT_FALSE(options.rate.given);
  EXPECT_FALSE(options.json);
}

TEST(OptionBinder, WhatIsGivenIsInTheFields) {
  const FoldOptions options =
      filled({{"input", {"old", "b"}}, {"steps", "7"}, {"seed", 9}, {"mode", "b"}, {"rate", 0.5}, {"json", true}});
  EXPECT_EQ(options.input, (std::vector<std::string>{"new", "b"}));
  EXPECT_EQ(options.steps, 7);
  EXPECT_EQ(options.seed, 9);
  EXPECT_EQ(options.mode, "b");
  EXPECT_TRUE(options.rate.given);
  EXPECT_TRUE(options.json);
  EXPECT_EQ(options.all["steps"], 7);
}

TEST(Options, AnAliasIsAnotherWordForTheSameOption) {
  EXPECT_EQ(filled({{"out", "x"}}).output, "x");
  EXPECT_EQ(Options(kTable, {{"out", "x"}}).given(), (nlohmann::json{{"output", "x"}}));
  EXPECT_EQ(complaint({{"out", "x"}, {"output", "y"}}), "usage: --output: given twice");
}

TEST(Options, ASettingGoesBeforeTheTableAndIsNotGiven) {
  const std::vector<OptionSpec> table{
      {.name = "threads", .type = OptionType::integer, .help = "x", .otherwise = 0, .setting = "threads"},
      {.name = "steps", .type = OptionType::integer, .help = "x", .otherwise = 3},
      {.name = "model", .help = "x", .required = true, .setting = "model"}};
  const nlohmann::json settings{{"threads", 4}, {"steps", 9}, {"model", "m"}};
  const Options set(table, {{"model", "given"}}, settings);
  EXPECT_EQ(set.at("threads"), 4);
  EXPECT_FALSE(set.is_given("threads"));
  EXPECT_EQ(set.at("steps"), 3);  // no row says that a setting goes with it
  EXPECT_EQ(set.settings(), settings);
  EXPECT_EQ(Options(table, {{"model", "given"}, {"threads", 2}}, settings).at("threads"), 2);
  EXPECT_THROW(Options(table, {}, settings), Error);  // what has to be named is not taken from settings
}

TEST(Options, AnUnknownNameThatIsGivenIsTheCallersMistake) {
  EXPECT_EQ(complaint({{"stepz", 1}}), "usage: unknown option 'stepz'\n  did you mean 'steps'?");
}

TEST(Options, AnUnknownNameThatIsAskedForIsADefect) {
  const Options options(kTable, nlohmann::json::object());
  EXPECT_FALSE(options.has("seed"));
  for (const auto& ask :
       {std::function<void()>([&] { options.has("sed"); }), std::function<void()>([&] { options.text("out"); }),
        std::function<void()>([&] { options.is_given("outputs"); })})
    try {
      ask();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::internal);
    }
}

}  // namespace
}  // namespace groel
