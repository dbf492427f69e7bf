// groel train under mpirun: bitwise the model of one process, and a run that goes on with other ranks.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "support/mpirun.h"

namespace groel {
namespace {

using namespace testing;

Words small_model(const std::string& output, const std::string& accumulate, const std::string& steps) {
  return {"train",          "mlm", "--data",       kProteins,  "--layers",     "2", "--width",          "32",
          "--heads",        "4",   "--steps",      steps,      "--seed",       "7", "--output",         output,
          "--batch-tokens", "300", "--accumulate", accumulate, "--save-every", "2", "--valid-fraction", "0.2",
          "--max-length",   "120", "--eval-every", "3"};
}

void expect_same_model(const std::string& a, const std::string& b) {
  const std::string one = read_file(a + "/model.safetensors"), other = read_file(b + "/model.safetensors");
  EXPECT_FALSE(one.empty());
  EXPECT_TRUE(one == other) << a << " and " << b << " hold other numbers";
}

// What is logged, without the speeds.
std::string curve(const std::string& folder) {
  std::string out;
  for (std::istringstream lines(read_file(folder + "/metrics.jsonl")); lines;) {
    std::string line;
    std::getline(lines, line);
    if (line.empty()) continue;
    auto json = nlohmann::json::parse(line);
    json.erase("tokens_per_second");
    json.erase("eval_seconds");
    out += json.dump() + "\n";
  }
  return out;
}

TEST(RankedTraining, IsBitwiseThatOfOneProcess) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  const std::string one = folder / "one";
  done(small_model(one, "4", "6"));
  EXPECT_NE(curve(one).find("eval_loss"), std::string::npos);
  for (const int ranks : {2, 4}) {
    const std::string all = folder / std::to_string(ranks);
    const Outcome outcome = on_ranks(ranks, small_model(all, "4", "6"));
    EXPECT_EQ(outcome.exit, 0) << outcome;
    expect_same_model(one, all);
    EXPECT_EQ(curve(one), curve(all));
  }
}

TEST(RankedTraining, OfACausalModelIsBitwiseThatOfOneProcess) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  const auto command = [&](const std::string& output) {
    return Words{"train",        "clm", "--data",         kProteins, "--from",       GROEL_TEST_DATA "/gpt2-tiny",
                 "--steps",      "4",   "--batch-tokens", "200",     "--accumulate", "4",
                 "--max-length", "60",  "--output",       output};
  };
  done(command(folder / "one"));
  const Outcome outcome = on_ranks(2, command(folder / "two"));
  EXPECT_EQ(outcome.exit, 0) << outcome;
  expect_same_model(folder / "one", folder / "two");
}

TEST(RankedTraining, OfLabelsIsBitwiseThatOfOneProcess) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  for (const Words& kind : std::vector<Words>{{}, {"--lora-r", "2", "--lora-dropout", "0.1"}}) {
    const auto command = [&](const std::string& output) {
      return Words{"train",          "classify", "--data",       kStability, "--label-column", "stability",
                   "--split-column", "set",      "--from",       kEsm2,      "--steps",        "4",
                   "--batch-tokens", "400",      "--accumulate", "4",        "--report",       "none",
                   "--output",       output} +
             kind;
    };
    const std::string one = folder / ("one" + std::to_string(kind.size())),
                      two = folder / ("two" + std::to_string(kind.size()));
    done(command(one));
    const Outcome outcome = on_ranks(2, command(two));
    EXPECT_EQ(outcome.exit, 0) << outcome;
    EXPECT_EQ(curve(one), curve(two));
    if (kind.empty()) expect_same_model(one, two);
  }
}

TEST(RankedTraining, GoesOnWithAnotherNumberOfRanks) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  const std::string one = folder / "one", all = folder / "all";
  done(small_model(one, "4", "400"));
  // On a busy machine the run may be done before the signal comes: then once more.
  for (int attempt = 0; attempt < 5; ++attempt) {
    std::filesystem::remove_all(all);
    Process run(ranked_command(2, small_model(all, "4", "400")), ranked_setup());
    for (int i = 0; i < 4000 && !std::filesystem::exists(all + "/checkpoint-4"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    run.kill(SIGTERM);
    const int status = wait_for_ranks(run).exit;
    if (std::filesystem::exists(all + "/model.safetensors")) continue;
    EXPECT_NE(status, 0);
    break;
  }
  ASSERT_FALSE(std::filesystem::exists(all + "/model.safetensors"));
  const Outcome outcome = on_ranks(4, small_model(all, "4", "400") + Words{"--resume"});
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("going on from step")) << outcome;
  expect_same_model(one, all);
  EXPECT_EQ(curve(one), curve(all));
}

TEST(RankedTraining, RefusesFewerBatchesThanRanks) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  const Outcome outcome = on_ranks(2, small_model(folder / "x", "1", "2"));
  EXPECT_NE(outcome.exit, 0);
  EXPECT_TRUE(outcome.says("an update has 1 batch, fewer than there are ranks (2)")) << outcome;
  EXPECT_TRUE(outcome.says("--accumulate")) << outcome;
}

}  // namespace
}  // namespace groel
