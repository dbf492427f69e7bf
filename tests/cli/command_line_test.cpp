// The command line: help, misspellings, errors as text and as JSON, and the small commands.
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/program.h"
#include "tasks/task.h"

namespace groel::testing {
namespace {

using nlohmann::json;

void expect_usage(const std::vector<std::string>& arguments, const std::vector<std::string>& texts) {
  const Outcome outcome = groel(arguments);
  EXPECT_EQ(outcome.exit, 2) << outcome;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.says("groel: ")) << outcome;
  for (const std::string& text : texts) EXPECT_TRUE(outcome.says(text)) << "lacks " << text << ": " << outcome;
}

TEST(Help, AloneListsTheCommands) {
  for (const auto& arguments : {std::vector<std::string>{}, {"--help"}, {"-h"}}) {
    const Outcome outcome = groel(arguments);
    EXPECT_EQ(outcome.exit, 0) << outcome;
    for (const tasks::Task& task : tasks::tasks()) {
      EXPECT_NE(outcome.out.find(task.name), std::string::npos) << outcome;
      EXPECT_NE(outcome.out.find(std::string(task.summary).substr(0, 20)), std::string::npos) << outcome;
    }
  }
}

TEST(Help, OfACommandShowsEveryOptionAndExample) {
  for (const tasks::Task& task : tasks::tasks()) {
    const Outcome outcome = groel({std::string(task.name), "--help"});
    EXPECT_EQ(outcome.exit, 0) << outcome;
    std::string pages = outcome.out;
    for (const tasks::Verb& verb : task.verbs)
      pages += groel({"help", std::string(task.name), std::string(verb.name)}).out;
    for (const OptionSpec& option : task.options)
      if (option.type != OptionType::paths) {
        EXPECT_NE(pages.find("--" + option.name), std::string::npos) << option.name << pages;
      }
    for (const tasks::Example& example : task.examples)
      EXPECT_NE(outcome.out.find(example.command), std::string::npos) << outcome;
  }
}

// Lines of a page but its examples, which are there to be copied.
void expect_narrow(const std::string& page) {
  std::istringstream lines(page.substr(0, page.find("\nExamples:\n")));
  for (std::string line; std::getline(lines, line);) {
    const auto columns = std::count_if(line.begin(), line.end(), [](unsigned char c) { return (c & 0xC0U) != 0x80U; });
    EXPECT_LE(columns, 100) << line;
  }
}

TEST(Help, IsAtMostAHundredColumnsWide) {
  expect_narrow(groel({"help"}).out);
  for (const tasks::Task& task : tasks::tasks()) {
    expect_narrow(groel({"help", std::string(task.name)}).out);
    for (const tasks::Verb& verb : task.verbs)
      expect_narrow(groel({"help", std::string(task.name), std::string(verb.name)}).out);
  }
}

// Five options come first, whatever follows in groups; and no page shows more than a screenful of first ones.
TEST(Help, FiveOptionsAtMostComeFirst) {
  for (const tasks::Task& task : tasks::tasks())
    for (std::size_t i = 0; i < std::max<std::size_t>(task.verbs.size(), 1); ++i) {
      const std::string verb = task.verbs.empty() ? "" : std::string(task.verbs[i].name);
      const auto first = std::count_if(task.options.begin(), task.options.end(), [&](const OptionSpec& spec) {
        return spec.type != OptionType::paths && spec.group.empty() && (verb.empty() || goes_with(spec, verb));
      });
      EXPECT_LE(first, 5) << task.name << ' ' << verb;
    }
}

TEST(Help, VersionIsThatOfTheProject) {
  const Outcome outcome = groel({"--version"});
  EXPECT_EQ(outcome.exit, 0);
  EXPECT_EQ(outcome.out, read_file(std::string(GROEL_SOURCE_DIR) + "/VERSION"));
}

TEST(Misspelt, CommandsAndOptionsGetAHint) {
  expect_usage({"embd", "x.fasta"}, {"no command 'embd'", "did you mean 'embed'?"});
  expect_usage({"zzzzzzzz"}, {"no command 'zzzzzzzz'", "groel help"});
  expect_usage({"-q", "embd"}, {"embd"});
  expect_usage({"--josn"}, {"--josn"});
  expect_usage({"embed", kProteins, "-m", kEsm2, "-o", "x.h5", "--inclde", "mean"}, {"did you mean '--include'?"});
  expect_usage({"embed", kProteins, "-m", kEsm2, "-o", "x.h5", "--thread=2"}, {"did you mean '--threads'?"});
  expect_usage({"embed", kProteins, "-m", kEsm2, "-f", "jsnl"}, {"--format", "did you mean 'jsonl'?"});
  expect_usage({"embed", kProteins, "-m", kEsm2, "-f", "jsonl", "-i", "men"}, {"did you mean 'mean'?"});
}

TEST(Values, ThatMakeNoSenseAreNamed) {
  const std::vector<std::string> run{"embed", kProteins, "-m", kEsm2, "-f", "jsonl"};
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"-t", "many"}, "--threads"},
      {{"-t", "-1"}, "--threads: -1 is not"},
      {{"-t", "4294967297"}, "--threads: 4294967297 is not"},
      {{"--max-tokens", "0"}, "--max-tokens"},
      {{"--memory", "lots"}, "--memory"},
      {{"--layers", "9"}, "--layers"},
      {{"--layers", "2..1"}, "backwards"},
      {{"--layers", ""}, "--layers"},
      {{"-i", ""}, "--include"},
      {{"--dtype", "f64"}, "--dtype"},
      {{"--long", "cut"}, "--long"},
      {{"-i", "attentions", "-l", "0"}, "no attention maps"},
      {{"--max-tokens", "5", "--max-tokens", "6"}, "--max-tokens"}};
  for (const auto& [more, text] : cases) {
    std::vector<std::string> arguments = run;
    arguments.insert(arguments.end(), more.begin(), more.end());
    expect_usage(arguments, {text});
  }
  expect_usage({"embed", kProteins, "-m", kEsm2}, {"--output"});
}

TEST(Bench, OptionsThatMakeNoSenseAreNamedBeforeAnythingRuns) {
  const std::string scenario = std::string(GROEL_SOURCE_DIR) + "/bench/scenarios/650m-mixed-f32.json";
  expect_usage({"bench", scenario, "--table", "--profile"}, {"no place for --profile", "--json"});
  expect_usage({"bench", scenario, "--runs", "0"}, {"--runs: 0 is not from 1"});
  expect_usage({"bench", scenario, "--runs", "4294967297"}, {"--runs: 4294967297 is not"});
  expect_usage({"bench", scenario, "--warmups", "-1"}, {"--warmups: -1 is not from 0"});
  expect_usage({"bench", scenario, "--threads", "1,x"}, {"--threads: 'x'"});
  expect_usage({"bench", scenario, "--threads", "1,5000"}, {"--threads: '5000'", "4096"});
  const Outcome missing = groel({"bench", scenario, "nowhere.json"});
  EXPECT_EQ(missing.exit, 3) << missing;
  EXPECT_EQ(missing.out, "") << missing;
}

TEST(Values, ListsMayBeRepeated) {
  const Outcome outcome = groel({"embed", "-", "-m", kEsm2, "-f", "jsonl", "-i", "mean", "-i", "max,cls"},
                                {.folder = "", .input = ">a\nMKL\n", .environment = {}});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_EQ(json::parse(outcome.out)["items"].size(), 3U);
}

TEST(Values, OptionsMayStandAnywhere) {
  const Process::Setup setup{.folder = "", .input = ">a\nMKL\n", .environment = {}};
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"embed", "-m", kEsm2, "-f", "jsonl", "-i", "mean", "--layers", "-2", "-t", "1", "-"},
           {"embed", "-fjsonl", "-imean", "-", "--layers=-2", "-m" + kEsm2, "--threads=1"}}) {
    const Outcome outcome = groel(arguments, setup);
    ASSERT_EQ(outcome.exit, 0) << outcome;
    EXPECT_EQ(json::parse(outcome.out)["items"][0]["layer"], 2);
  }
}

TEST(Values, AFileMayBearTheNameOfACommand) {
  const TemporaryFolder folder;
  write_file(folder / "models", ">a\nMKL\n");
  const Outcome outcome = groel({"embed", "-f", "jsonl", "-m", kEsm2, "models"},
                                {.folder = folder.path().string(), .input = {}, .environment = {}});
  EXPECT_EQ(outcome.exit, 0) << outcome;
  expect_usage({"models", "info"}, {"info"});
  expect_usage({"doctor", "extra"}, {"extra"});
}

TEST(Errors, AreJsonWhereAsked) {
  const Outcome outcome = groel({"info", "no-such-model", "--json"});
  EXPECT_EQ(outcome.exit, 3) << outcome;
  const json error = json::parse(outcome.out).at("error");
  EXPECT_EQ(error.at("kind"), "not_found");
  EXPECT_EQ(error.at("where"), "no-such-model");
  EXPECT_FALSE(error.at("message").get<std::string>().empty());
  EXPECT_FALSE(error.at("remedy").get<std::string>().empty());
  EXPECT_TRUE(outcome.err.starts_with("groel: no-such-model: ")) << outcome;
  EXPECT_EQ(json::parse(groel({"embed", "--jsn", "--json"}).out).at("error").at("kind"), "usage");
}

TEST(Errors, ABadInstructionSetIsUsage) {
  const Outcome outcome = groel({"doctor"}, {.folder = "", .input = {}, .environment = {{"GROEL_ISA", "sse9"}}});
  EXPECT_EQ(outcome.exit, 2) << outcome;
  EXPECT_TRUE(outcome.says("sse9")) << outcome;
}

TEST(Quiet, SaysNothingOfSuccess) {
  const TemporaryFolder folder;
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"-q", "embed", kProteins, "-m", kEsm2, "-o", folder / "a.h5"},
                                             {"embed", kProteins, "-m", kEsm2, "-o", folder / "b.h5", "--quiet"}}) {
    const Outcome outcome = groel(arguments);
    EXPECT_EQ(outcome.exit, 0) << outcome;
    EXPECT_EQ(outcome.err + outcome.out, "");
  }
}

TEST(Info, DescribesACheckpointOfEveryLayout) {
  for (const char* path : {"esm2-tiny", "esm2-tiny/esm2_tiny.pt", "esm1b-tiny", "esm1b-tiny/esm1b_tiny.pt"}) {
    const Outcome outcome = groel({"info", std::string(GROEL_TEST_DATA) + "/" + path, "--json"});
    ASSERT_EQ(outcome.exit, 0) << outcome;
    const json info = json::parse(outcome.out);
    EXPECT_EQ(info["family"], "esm") << path;
    EXPECT_EQ(info["layers"], 3) << path;
    EXPECT_EQ(info["max_residues"].is_null(), std::string(path).starts_with("esm2")) << path;
    EXPECT_TRUE(info["ignored_tensors"].is_array());
  }
  const Outcome text = groel({"info", kEsm2});
  EXPECT_EQ(text.exit, 0);
  EXPECT_NE(text.out.find("3 layers, width 64, 4 heads"), std::string::npos) << text;
  expect_usage({"info"}, {"MODEL"});
  expect_usage({"info", kEsm2, kEsm1b}, {"one model"});
}

TEST(Models, ListsBundledOnesAndFamilies) {
  const json all = json::parse(groel({"models", "--json"}).out);
  EXPECT_EQ(all["bundled"][0]["name"], "groel-5m");
  for (const json& model : all["bundled"]) EXPECT_FALSE(model["path"].is_null()) << model;
  EXPECT_GE(all["families"].size(), 1U);
  for (const json& family : all["families"]) EXPECT_FALSE(family["checkpoints"].empty());
  EXPECT_NE(groel({"models"}).out.find("esm2-tiny-random"), std::string::npos);
}

TEST(Doctor, SaysWhatIsUsed) {
  const json report = json::parse(
      groel({"doctor", "--json", "-t", "1"}, {.folder = "", .input = {}, .environment = {{"GROEL_ISA", "avx2"}}}).out);
  EXPECT_EQ(report["threads"], 1);
  EXPECT_EQ(report["isa"]["GROEL_ISA"], "avx2");
  EXPECT_GT(report["memory_available"].get<double>(), 0);
  EXPECT_FALSE(report["kernels"]["f32_products"].get<std::string>().empty());
}

TEST(Example, EmbedsTheBundledProteins) {
  const Outcome text = groel({"example"});
  EXPECT_EQ(text.exit, 0) << text;
  EXPECT_NE(text.out.find("residue 30 of"), std::string::npos) << text;
  const json report = json::parse(groel({"example", "--json"}).out);
  EXPECT_EQ(report["model"], "groel-5m");
  double sum = 0;
  for (const json& guess : report["masked"]["predictions"]) sum += guess["probability"].get<double>();
  EXPECT_NEAR(sum, 1, 1e-6);
  EXPECT_GE(report["proteins"].size(), 10U);
  for (const json& row : report["proteins"]) {
    EXPECT_NE(row["id"], row["nearest"]);
    EXPECT_LE(std::abs(row["cosine"].get<double>()), 1.0 + 1e-6);
  }
  const TemporaryFolder elsewhere;
  const Outcome lost = bash("cp $GROEL groel && ./groel example",
                            {.folder = elsewhere.path().string(), .input = {}, .environment = {{"GROEL_HOME", ""}}});
  EXPECT_EQ(lost.exit, 3) << lost;
  EXPECT_TRUE(lost.says("GROEL_HOME")) << lost;
}

}  // namespace
}  // namespace groel::testing
