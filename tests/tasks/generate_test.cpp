// groel generate: golden ids, the same proteins in any batch and from any run, choices among them, what is refused.
#include <algorithm>
#include <set>
#include <sstream>

#include "base/text_file.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

const std::string kGpt2 = data("gpt2-tiny").string();

json generated(std::vector<std::string> words, int exit = 0) {
  words.insert(words.begin(), {"generate", "-m", kGpt2});
  words.emplace_back("--json");
  const Outcome outcome = groel(words);
  EXPECT_EQ(outcome.exit, exit) << outcome;
  return outcome.exit == exit ? json::parse(outcome.out) : json();
}

void expect_refused(std::vector<std::string> words, const std::vector<std::string>& texts) {
  words.insert(words.begin(), {"generate", "-m", kGpt2});
  const Outcome outcome = groel(words);
  EXPECT_EQ(outcome.exit, 2) << outcome;
  EXPECT_EQ(outcome.out, "") << outcome;
  for (const std::string& text : texts) EXPECT_TRUE(outcome.says(text)) << text << "\n" << outcome;
}

TEST(Generate, GreedyGivesTheReferencesIds) {
  const json inputs = read_json(kGpt2 + "/inputs.json");
  for (const json& one : inputs["greedy"]) {
    if (!one["eos_token_id"].is_null() && one["eos_token_id"] != 0) continue;  // an end of another vocabulary
    const std::string prompt = inputs["prompts"][one["prompt"].get<std::size_t>()]["text"];
    std::vector<std::string> words{"--prompt",
                                   prompt,
                                   "--greedy",
                                   "--max-new-tokens",
                                   one["max_new_tokens"].dump(),
                                   "--repetition-penalty",
                                   one["repetition_penalty"].dump()};
    if (one["eos_token_id"].is_null()) words.emplace_back("--ignore-eos");
    const json result = generated(words);
    ASSERT_EQ(result["sequences"].size(), 1U);
    EXPECT_EQ(result["sequences"][0]["token_ids"], one["new_ids"]);
  }
}

TEST(Generate, ASeedGivesTheSameProteinsInAnyBatch) {
  const auto drawn = [](const std::string& seed, const std::string& batch, const std::string& threads) {
    return generated(
        {"-n", "7", "--seed", seed, "--batch", batch, "--threads", threads, "--max-new-tokens", "30"})["sequences"];
  };
  const json alone = drawn("3", "1", "1");
  EXPECT_EQ(alone.size(), 7U);
  EXPECT_EQ(drawn("3", "7", "2"), alone);
  EXPECT_NE(drawn("4", "7", "2"), alone);
}

TEST(Generate, KeepsProteinsWithTheResiduesThatAreRequired) {
  const std::vector<std::string> words{"generate", "-n", "3", "--length", "20:40", "--require", "CC", "--seed", "5"};
  const Outcome outcome = groel(words);
  ASSERT_EQ(outcome.exit, 0) << outcome;
  std::vector<std::string> proteins;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with('>'))
      proteins.emplace_back();
    else
      proteins.back() += line;
  EXPECT_EQ(proteins.size(), 3U);
  for (const std::string& sequence : proteins) EXPECT_GE(std::count(sequence.begin(), sequence.end(), 'C'), 2);
  expect_refused({"--require", "c"}, {"'c' is no residue"});
}

TEST(Generate, Int8WeightsChangePerplexityByLittle) {
  const auto perplexity = [](const std::string& weights) {
    const Outcome outcome = groel({"perplexity", kProteins, "-m", "groel-writer", "--weights", weights, "--json"});
    EXPECT_EQ(outcome.exit, 0) << outcome;
    return json::parse(outcome.out)["total"]["perplexity"].get<double>();
  };
  const double exact = perplexity("exact"), whole = perplexity("int8");
  EXPECT_NE(whole, exact);
  EXPECT_NEAR(whole / exact, 1, 0.005);
}

TEST(Generate, OutputSaysHowItCameAbout) {
  const TemporaryFolder folder;
  const std::string fasta = folder / "new.fasta", lines = folder / "new.jsonl";
  const std::vector<std::string> words{"generate", "-m", kGpt2, "-n", "3", "--max-new-tokens", "40", "-o"};
  auto with = [&](const std::string& file) {
    std::vector<std::string> all = words;
    all.push_back(file);
    return groel(all);
  };
  ASSERT_EQ(with(fasta).exit, 0);
  ASSERT_EQ(with(lines).exit, 0);
  const std::string text = read_file(fasta);
  EXPECT_EQ(text.rfind(">generated_1 perplexity=", 0), 0U) << text;
  for (const char* setting : {"seed=0", "top_k=950", "repetition_penalty=1.2", "max_new_tokens=40", "ended="})
    EXPECT_NE(text.find(setting), std::string::npos) << setting;
  const std::string rows = read_file(lines);
  const json first = json::parse(rows.substr(0, rows.find('\n')));
  EXPECT_EQ(first["token_ids"].size(), first["log_probabilities"].size());
  double sum = 0;
  for (const json& one : first["log_probabilities"]) sum += one.get<double>();
  EXPECT_NEAR(first["perplexity"].get<double>(), std::exp(-sum / static_cast<double>(first["token_ids"].size())), 1e-3);
  EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 3);
}

TEST(Generate, AnInterruptedRunGoesOn) {
  const TemporaryFolder folder;
  const auto words = [&](const std::string& name) {
    return std::vector<std::string>{"generate",         "-m", kGpt2, "-n",         "400", "--unique",
                                    "--max-new-tokens", "60", "-o",  folder / name};
  };
  ASSERT_EQ(groel(words("whole.jsonl")).exit, 0);
  auto command = words("cut.jsonl");
  command.insert(command.begin(), GROEL_PROGRAM);
  {
    Process process(command, {});
    for (int i = 0; i < 200 && !std::filesystem::exists(folder / "cut.jsonl.partial/state.json"); ++i) ::usleep(20'000);
    ::usleep(300'000);
    process.kill(SIGKILL);
    process.wait();
  }
  if (!std::filesystem::exists(folder / "cut.jsonl")) {
    const Outcome refused = groel(words("cut.jsonl"));
    EXPECT_TRUE(refused.says("--resume")) << refused;
    auto again = words("cut.jsonl");
    again.emplace_back("--resume");
    const Outcome outcome = groel(again);
    EXPECT_EQ(outcome.exit, 0) << outcome;
  }
  EXPECT_EQ(read_file(folder / "cut.jsonl"), read_file(folder / "whole.jsonl"));
}

TEST(Generate, ChoosesAndCountsWhatItLeavesOut) {
  const json result = generated({"-n", "4", "--unique", "--length", "5:60", "--forbid", "BJOUXZ", "--seed", "1"}, 0);
  std::set<std::string> seen;
  for (const json& one : result["sequences"]) {
    const std::string sequence = one["sequence"];
    EXPECT_GE(sequence.size(), 5U);
    EXPECT_TRUE(seen.insert(sequence).second);
  }
  EXPECT_EQ(result["sequences"].size(), 4U);
  EXPECT_GE(result["written"].get<int>(), 4);
  const Outcome few = groel({"generate", "-m", kGpt2, "-n", "2", "--max-perplexity", "1.01", "--tries", "3"});
  EXPECT_EQ(few.exit, 1) << few;
  EXPECT_TRUE(few.says("3 over the perplexity")) << few;
  EXPECT_TRUE(few.says("0 of the 2 proteins")) << few;
}

TEST(Generate, ForbiddenLettersDoNotCome) {
  const json result = generated({"-n", "5", "--forbid", "LAGVE", "--max-new-tokens", "60"});
  for (const json& one : result["sequences"])
    EXPECT_EQ(one["sequence"].get<std::string>().find_first_of("LAGVE"), std::string::npos);
}

TEST(Generate, TheBestComeFirst) {
  const json all = generated({"-n", "6", "--max-new-tokens", "20"})["sequences"];
  const json best = generated({"-n", "6", "--best", "3", "--max-new-tokens", "20"})["sequences"];
  std::vector<double> values;
  for (const json& one : all) values.push_back(one["perplexity"]);
  std::sort(values.begin(), values.end());
  ASSERT_EQ(best.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(best[i]["perplexity"].get<double>(), values[i]);
}

TEST(Generate, IsJudgedBesideWhatWasLearned) {
  const TemporaryFolder folder;
  const json first = generated({"-n", "3", "--max-new-tokens", "30"})["sequences"];
  const std::string known = write_file(
      folder / "known.fasta", fasta({{"copy", first[1]["sequence"]}, {"other", "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ"}}));
  const std::string report = folder / "report";
  const Outcome outcome =
      groel({"generate", "-m", kGpt2, "-n", "3", "--max-new-tokens", "30", "--judge", known, "--report", report});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const json found = read_json(report + "/report.json");
  EXPECT_EQ(found["proteins"], 3);
  EXPECT_EQ(found["known_proteins"], 2);
  EXPECT_EQ(found["nearest"]["copies"], 1);
  EXPECT_GT(found["nearest"]["mean_identity"].get<double>(), 1.0 / 3) << "what is near none has a nearest one, too";
  EXPECT_EQ(found["descriptors"][0]["name"], "length");
  EXPECT_NEAR(found["descriptors"][0]["known"]["mean"].get<double>(),
              (33.0 + static_cast<double>(first[1]["sequence"].get<std::string>().size())) / 2, 1e-9);
  double sum = 0;
  for (const json& share : found["composition"]["written"]) sum += share.get<double>();
  EXPECT_NEAR(sum, 1, 1e-9);
}

TEST(Generate, RefusesWhatCannotBe) {
  expect_refused({"--top-p", "0"}, {"--top-p", "more than 0"});
  expect_refused({"--temperature", "-1"}, {"--temperature"});
  expect_refused({"--temperature", "0"}, {"--temperature", "greedy"});
  expect_refused({"--greedy", "--top-k", "5"}, {"--greedy", "--top-k"});
  expect_refused({"--greedy", "-n", "2"}, {"--greedy", "--number"});
  expect_refused({"--length", "30:20"}, {"--length", "shortest"});
  expect_refused({"--length", "thirty"}, {"--length", "MIN:MAX"});
  expect_refused({"--window", "1000"}, {"--window", "256"});
  expect_refused({"--min-new-tokens", "9", "--max-new-tokens", "8"}, {"--min-new-tokens", "9 new tokens at least"});
  expect_refused({"--require", "CK", "--forbid", "ac"}, {"--require --forbid", "'C' has to come"});
  expect_refused({"--length", "5000:", "--max-new-tokens", "3"}, {"--max-new-tokens", "never 5000"});
  expect_refused({"--best", "5"}, {"--best", "--number"});
  expect_refused({"-n", "0"}, {"--number"});
  expect_refused({"--judge-by", "examples/mitochondrion"}, {"--judge-by", "--judge FILES"});
}

TEST(Generate, MoreTokensThanTheContextSaysTheLimit) {
  const Outcome outcome = groel({"generate", "-m", kGpt2, "--max-new-tokens", "300"});
  EXPECT_EQ(outcome.exit, 4) << outcome;
  EXPECT_TRUE(outcome.says("context of 256")) << outcome;
  EXPECT_TRUE(outcome.says("--window")) << outcome;
  EXPECT_EQ(
      generated({"--max-new-tokens", "300", "--window", "200", "--ignore-eos"})["sequences"][0]["token_ids"].size(),
      300U);
}

TEST(Generate, APromptLongerThanWhatIsWantedIsRefused) {
  const Outcome outcome = groel({"generate", "-m", kGpt2, "--prompt", "MKTAYIAKQR", "--length", ":10"});
  EXPECT_EQ(outcome.exit, 4) << outcome;
  EXPECT_TRUE(outcome.says("the prompt has 10 residues")) << outcome;
}

TEST(Generate, AMaskedModelSaysThatItCannot) {
  const Outcome outcome = groel({"generate", "-m", kEsm2});
  EXPECT_NE(outcome.exit, 0);
  EXPECT_TRUE(outcome.says("causal_lm")) << outcome;
}

TEST(Generate, PerplexityIsTheReferences) {
  const json inputs = read_json(kGpt2 + "/inputs.json");
  const json result = groel_json({"perplexity", "MKTAYIAKQRQISFVKSHFSRQ", "-m", kGpt2});
  EXPECT_GT(result["records"][0]["predicted_tokens"].get<int>(), 4);
  EXPECT_GT(result["records"][0]["perplexity"].get<double>(), 1);
  // As generate's log-probabilities, token by token.
  const json one = generated({"--prompt", "<|endoftext|>\nMKTA", "--greedy", "--max-new-tokens", "5"})["sequences"][0];
  EXPECT_EQ(one["log_probabilities"].size(), 5U);
}

TEST(Generate, ScoresAreDifferencesOfLikelihoods) {
  const std::string wild = "MKTAYIAKQRQISFVKSHFSRQ", mutant = "MKTAYIAKQRQISWVKSHFSRQ";
  const auto likelihood = [](const std::string& sequence) {
    return groel_json({"perplexity", sequence, "-m", kGpt2})["total"]["log_likelihood"].get<double>();
  };
  const json scored = groel_json({"score", wild, "--variants", "F14W", "-m", kGpt2});
  EXPECT_EQ(scored["method"], "likelihood");
  EXPECT_NEAR(scored["variants"][0]["scores"]["score"].get<double>(), likelihood(mutant) - likelihood(wild), 1e-4);
}

}  // namespace
}  // namespace groel::testing
