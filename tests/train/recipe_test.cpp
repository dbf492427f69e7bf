// Recipes: values, and errors with line and nearest name.
#include "train/recipe.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace groel::train {
namespace {

const std::vector<OptionSpec> kOptions{
    {.name = "learning-rate", .type = OptionType::number, .help = "x"},
    {.name = "steps", .type = OptionType::integer, .help = "x"},
    {.name = "data", .type = OptionType::list, .help = "x"},
    {.name = "schedule", .type = OptionType::choice, .help = "x", .choices = {"linear"}},
    {.name = "resume", .type = OptionType::flag, .help = "x"}};

std::string complaint(const std::string& text) {
  try {
    parse_recipe(text, "r.toml", kOptions);
  } catch (const Error& error) {
    return std::string(name(error.kind())) + ": " + error.what();
  }
  return "none";
}

TEST(Recipe, ValuesAreRead) {
  const nlohmann::json values = parse_recipe(
      "# mine\nsteps = 60\nresume = true\ndata = ['a.fasta', 'b.fasta']\n[optimizer]\nlearning_rate = 1e-3\n", "r",
      kOptions);
  EXPECT_EQ(values, (nlohmann::json{
                        {"steps", 60}, {"resume", true}, {"data", {"a.fasta", "b.fasta"}}, {"learning-rate", 1e-3}}));
  EXPECT_EQ(Options(kOptions, values).at("learning-rate"), 1e-3);
}

TEST(Recipe, ErrorsNameLineAndNearest) {
  EXPECT_EQ(complaint("steps = 3\nlearning-rat = 1"),
            "usage: r.toml:2:1: there is no option 'learning-rat'\n  did you mean 'learning-rate'?");
  EXPECT_EQ(complaint("frobnicate = 1"),
            "usage: r.toml:1:1: there is no option 'frobnicate'\n  `groel train --help` lists the options");
  EXPECT_EQ(complaint("learning_rate = 1\nlearning-rate = 2"), "usage: r.toml:1:1: 'learning_rate' occurs twice");
  EXPECT_TRUE(complaint("steps = = 3").starts_with("bad_input: r.toml:1:9: ")) << complaint("steps = = 3");
  EXPECT_NE(complaint("steps = 2024-01-01").find("a recipe holds texts"), std::string::npos);
}

TEST(Recipe, WrongTypesAreUsageErrors) {
  const auto kind = [](const std::string& text) {
    try {
      const Options options(kOptions, parse_recipe(text, "r", kOptions));
    } catch (const Error& error) {
      return std::string(name(error.kind())) + " " + error.parts().where;
    }
    return std::string("none");
  };
  EXPECT_EQ(kind("schedule = 3"), "usage --schedule");
  EXPECT_EQ(kind("data = 3"), "usage --data");
  EXPECT_EQ(kind("steps = 'many'"), "usage --steps");
  EXPECT_EQ(kind("steps = 1.5"), "usage --steps");
  EXPECT_EQ(kind("resume = 'yes'"), "usage --resume");
  EXPECT_EQ(kind("data = 'a.fasta'"), "none");
}

}  // namespace
}  // namespace groel::train
