// groel train and groel evaluate, as a user runs them.
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/program.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Words small_run(const std::string& out) {
  return {"train",    "mlm", "--data",       kProteins, "--layers",        "1",    "--width", "16",
          "--heads",  "2",   "--steps",      "30",      "--batch-tokens",  "1000", "--seed",  "1",
          "--output", out,   "--save-every", "5",       "--learning-rate", "0.01"};
}

std::string weights(const std::string& folder) { return read_file(folder + "/model.safetensors"); }

const std::string& trained() {
  static const TemporaryFolder folder;
  static const std::string model = [] {
    const std::string out = folder / "model";
    const Outcome run = groel(small_run(out));
    EXPECT_EQ(run.exit, 0) << run;
    EXPECT_NE(run.out.find("all steps are done after 30 steps"), std::string::npos) << run;
    return out;
  }();
  return model;
}

double perplexity_of(const std::string& model) {
  const Outcome run = groel({"evaluate", "mlm", "--data", kProteins, "-m", model, "--json"});
  EXPECT_EQ(run.exit, 0) << run;
  const json result = json::parse(run.out);
  EXPECT_EQ(result.size(), result.contains("also_learned_from") ? 4U : 3U) << run.out;
  EXPECT_GT(result["masked_tokens"], 300);
  EXPECT_LT(result["masked_tokens"], 450);
  EXPECT_GE(result["accuracy"], 0.0);
  return result["perplexity"];
}

TEST(Train, LeavesAModelThatLoads) {
  for (const char* name : {"config.json", "metrics.jsonl", "model.safetensors", "vocab.txt", "checkpoint-30"})
    EXPECT_TRUE(fs::exists(trained() + "/" + name)) << name;
  EXPECT_LT(perplexity_of(trained()), 28) << "33 is knowing nothing";
  const TemporaryFolder folder;
  EXPECT_EQ(groel({"embed", kProteins, "-m", trained(), "-o", folder / "e.h5"}).exit, 0);
}

TEST(Train, ThreadsDoNotMatter) {
  const TemporaryFolder folder;
  for (const char* threads : {"1", "2", "3"}) {
    const std::string out = folder / threads;
    ASSERT_EQ(groel(small_run(out) + Words{"--threads", threads}).exit, 0);
    EXPECT_EQ(weights(out), weights(trained())) << threads;
  }
}

TEST(Train, KilledAndResumedIsBitwiseUninterrupted) {
  const TemporaryFolder folder;
  const std::string out = folder / "model";
  {
    Process run(groel_command(small_run(out)), {});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!fs::exists(out + "/checkpoint-10") && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    run.kill(SIGKILL);
    const Outcome killed = run.wait();
    ASSERT_EQ(killed.signal, SIGKILL) << killed;
  }
  ASSERT_FALSE(fs::exists(out + "/model.safetensors"));
  const Outcome fresh = groel(small_run(out));
  EXPECT_EQ(fresh.exit, 2) << fresh;
  EXPECT_TRUE(fresh.says("--resume")) << fresh;
  const Outcome resumed = groel(small_run(out) + Words{"--resume"});
  EXPECT_EQ(resumed.exit, 0) << resumed;
  EXPECT_TRUE(resumed.says("going on from step")) << resumed;
  EXPECT_EQ(weights(out), weights(trained()));
}

// Scores of two sets would be compared: what is best, and when to stop.
TEST(Train, ResumesWithTheSameHeldOutDataAlone) {
  const TemporaryFolder folder;
  write_file(folder / "a.fasta", fasta({{"a", "MKTAYIAKQRQISFVKSHFSRQLEERLG"}}));
  write_file(folder / "b.fasta", fasta({{"b", "GSGAEKAVQVKVKALPDAQFEVVHSLAK"}}));
  const Words run = small_run(folder / "model");
  ASSERT_EQ(groel(run + Words{"--valid", folder / "a.fasta"}).exit, 0);
  for (const Words& other : {Words{"--valid", folder / "b.fasta"}, Words{}}) {
    const Outcome refused = groel(run + other + Words{"--resume"});
    EXPECT_EQ(refused.exit, 4) << refused;
    EXPECT_TRUE(refused.says("the run was started with other held-out data")) << refused;
  }
  EXPECT_EQ(groel(run + Words{"--valid", folder / "a.fasta", "--resume"}).exit, 0);
}

TEST(Train, InterruptedLeavesACheckpoint) {
  const TemporaryFolder folder;
  const std::string out = folder / "model";
  Process run(groel_command(small_run(out) + Words{"--steps", "100000"}), {});
  const Outcome twice = run.wait();
  EXPECT_TRUE(twice.says("given twice")) << twice;
  Words endless = small_run(out);
  endless[11] = "100000";
  Process second(groel_command(endless), {});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(out + "/checkpoint-5") && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  second.kill(SIGINT);
  const Outcome stopped = second.wait();
  EXPECT_EQ(stopped.signal, 0) << stopped;
  EXPECT_NE(stopped.exit, 0) << stopped;
  EXPECT_TRUE(stopped.says("the same command with --resume goes on from there")) << stopped;
}

TEST(Train, GoesOnFromAModelAndARecipe) {
  const TemporaryFolder folder;
  write_file(
      folder / "r.toml",
      "objective = 'mlm'\ndata = ['" + kProteins + "']\nfrom = '" + trained() +
          "'\nvalid_fraction = 0.2\nepochs = 5\nseed = 1\nbatch_tokens = 4096\n[optimizer]\nlearning-rate = 1e-3\n");
  const Outcome run = groel({"train", folder / "r.toml", "--epochs", "2", "--output", folder / "tuned", "--json"});
  ASSERT_EQ(run.exit, 0) << run;
  const json result = json::parse(run.out);
  EXPECT_EQ(result["steps"], 2);
  EXPECT_GT(result["masked_tokens"], 10);
  EXPECT_GT(result["perplexity"], 1);
  EXPECT_TRUE(fs::exists(folder / "tuned/best/model.safetensors"));
  EXPECT_NE(weights(folder / "tuned"), weights(trained()));
}

TEST(Train, ErrorsSayWhatToDo) {
  const TemporaryFolder folder;
  const auto complaint = [&](const Words& words, int exit = 2) {
    const Outcome run = groel(words);
    EXPECT_EQ(run.exit, exit) << run;
    return run.err;
  };
  const std::string out = folder / "x";
  const auto has = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_PRED2(has, complaint({"train", "mlm", "--output", out}), "--data: data is missing");
  EXPECT_PRED2(has, complaint({"train", "mlm", "--data", kProteins}), "--output: output is missing");
  EXPECT_PRED2(has, complaint({"train", "mml", "--data", kProteins, "--output", out}), "no objective 'mml'");
  EXPECT_PRED2(has, complaint({"train", "mlm", "--data", kProteins, "--output", out, "--from", kEsm2, "--layers", "2"}),
               "--from brings its own shape");
  EXPECT_PRED2(has, complaint({"train", "mlm", "--data", kProteins, "--output", out, "--steps", "0"}), "above 0");
  EXPECT_PRED2(has, complaint({"train", "mlm", "--data", kProteins, "--output", out, "--patience", "3"}), "held-out");
  EXPECT_PRED2(has, complaint({"train", "mlm", "--data", kProteins, "--output", out, "--resume", "--overwrite"}),
               "not both");
  write_file(folder / "r.toml", "steps = 3\nlearning-rat = 1\n");
  EXPECT_PRED2(has, complaint({"train", folder / "r.toml", "--output", out}), "did you mean 'learning-rate'?");
  EXPECT_PRED2(has, complaint({"evaluate", "nothing", "--data", kProteins}), "mlm");
}

TEST(Evaluate, BatchesDoNotMatterAndResiduesAreTold) {
  const Words words{"evaluate", "mlm", "--data", kProteins, "-m", kEsm2, "--json", "--per-residue"};
  const Outcome a = groel(words);
  const Outcome b = groel(words + Words{"--batch-tokens", "1100"});
  ASSERT_EQ(a.exit, 0) << a;
  const json one = json::parse(a.out), other = json::parse(b.out);
  EXPECT_NEAR(one["perplexity"].get<double>(), other["perplexity"].get<double>(),
              1e-9 * one["perplexity"].get<double>());
  EXPECT_EQ(one["residues"], other["residues"]);
  std::int64_t sum = 0;
  for (const auto& [residue, row] : one["residues"].items()) sum += row["masked_tokens"].get<std::int64_t>();
  EXPECT_EQ(sum, one["masked_tokens"]);
}

}  // namespace
}  // namespace groel::testing
