// groel train classify, train residues and evaluate, as a user runs them.
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "io/arrays.h"
#include "io/npz.h"
#include "support/program.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Words classify(const std::string& out) {
  return {"train",           "classify", "--data",   kStability, "--label-column", "stability",
          "--from",          kEsm2,      "--output", out,        "--split-column", "set",
          "--learning-rate", "1e-3",     "--seed",   "1",        "--report",       "none"};
}
Words tokens(const std::string& out) {
  return {"train",        "tokens", "--data",          kStructure, "--from",   kEsm2,  "--label-column", "structure",
          "--unlabelled", ".",      "--split-column",  "set",      "--report", "none", "--output",       out,
          "--seed",       "1",      "--learning-rate", "1e-3"};
}

std::string file(const std::string& folder, const char* name) { return read_file(folder + "/" + name); }
json config(const std::string& folder) { return json::parse(file(folder, "config.json")); }

json last_evaluation(const std::string& folder) {
  std::istringstream lines(file(folder, "metrics.jsonl"));
  json last;
  for (std::string line; std::getline(lines, line);) {
    json values = json::parse(line);
    if (values.contains("eval_loss")) last = values;
  }
  return last;
}

std::set<std::string> tensors(const std::string& path) {
  std::set<std::string> names;
  for (const auto& [name, array] : io::read_safetensors(path).arrays) names.insert(name);
  return names;
}

void expect_ok(const Words& words) {
  const Outcome run = groel(words);
  ASSERT_EQ(run.exit, 0) << run;
}

TEST(TrainClassify, LeavesTransformersFolderAndScores) {
  const TemporaryFolder folder;
  const std::string out = folder / "m";
  const Outcome run =
      groel(classify(out) + Words{"--epochs", "3", "--metric", "mcc", "--keep", "best", "--pooling", "cls"});
  ASSERT_EQ(run.exit, 0) << run;
  EXPECT_TRUE(run.says("one class per sequence: 2 (labile, stable), as seen from the labels")) << run;
  EXPECT_TRUE(run.says("a step takes about")) << run;
  EXPECT_NE(run.out.find("labile"), std::string::npos) << run.out;
  const json c = config(out);
  EXPECT_EQ(c["architectures"], json({"EsmForSequenceClassification"}));
  EXPECT_EQ(c["id2label"], json({{"0", "labile"}, {"1", "stable"}}));
  EXPECT_EQ(c["label2id"], json({{"labile", 0}, {"stable", 1}}));
  EXPECT_EQ(c["problem_type"], "single_label_classification");
  const auto names = tensors(out + "/model.safetensors");
  for (const char* name :
       {"classifier.dense.weight", "classifier.out_proj.bias", "esm.encoder.layer.0.output.dense.weight"})
    EXPECT_TRUE(names.contains(name)) << name;
  EXPECT_FALSE(names.contains("lm_head.dense.weight"));
  const json scores = last_evaluation(out);
  for (const char* name : {"eval_accuracy", "eval_f1", "eval_mcc", "eval_auroc", "eval_balanced_accuracy"})
    EXPECT_TRUE(scores.contains(name)) << name;
  EXPECT_TRUE(fs::exists(out + "/best/model.safetensors"));
}

TEST(TrainClassify, EvaluateGivesTheScoresOfTraining) {
  const TemporaryFolder folder;
  const std::string out = folder / "m";
  expect_ok(classify(out) + Words{"--epochs", "2"});
  const Words words{
      "evaluate", "classify", "--data", kStability, "--label-column", "stability", "--split-column", "set",
      "--split",  "valid",    "-m",     out};
  const Outcome run = groel(words + Words{"--json"});
  ASSERT_EQ(run.exit, 0) << run;
  const json scores = json::parse(run.out), trained = last_evaluation(out);
  for (const char* name : {"loss", "accuracy", "f1", "mcc", "auroc"})
    EXPECT_NEAR(scores[name].get<double>(), trained[std::string("eval_") + name].get<double>(), 1e-6) << name;
  EXPECT_EQ(scores["targets"], 8);
  EXPECT_EQ(scores["classes"].size(), 2U);
  EXPECT_EQ(groel(words).exit, 0);
  const Outcome wrong = groel({"evaluate", "tokens", "--data", kStructure, "-m", out});
  EXPECT_EQ(wrong.exit, 2) << wrong;
  EXPECT_TRUE(wrong.says("this model labels whole sequences")) << wrong;
}

TEST(TrainClassify, RegressionAndSeveralLabels) {
  const TemporaryFolder folder;
  Words regression = classify(folder / "r");
  regression[5] = "melting_point";
  const Outcome run = groel(regression + Words{"--epochs", "2", "--metric", "spearman", "--train", "last:1"});
  ASSERT_EQ(run.exit, 0) << run;
  EXPECT_TRUE(run.says("regression: 1 (melting_point)")) << run;
  EXPECT_EQ(config(folder / "r")["problem_type"], "regression");
  EXPECT_LT(last_evaluation(folder / "r")["eval_rmse"], 30) << "a head that starts at 0 is off by 55";

  Words several = classify(folder / "s");
  several[5] = "cysteine,tryptophan";
  expect_ok(several + Words{"--epochs", "1"});
  EXPECT_EQ(config(folder / "s")["problem_type"], "multi_label_classification");
  EXPECT_EQ(config(folder / "s")["id2label"]["1"], "tryptophan");
  EXPECT_TRUE(last_evaluation(folder / "s").contains("eval_subset_accuracy"));
}

TEST(TrainTokens, LearnsSecondaryStructure) {
  const TemporaryFolder folder;
  const std::string out = folder / "m";
  Words words = tokens(out);
  words.back() = "5e-3";
  expect_ok(words + Words{"--epochs", "8", "--batch-tokens", "600"});
  EXPECT_EQ(config(out)["architectures"], json({"EsmForTokenClassification"}));
  EXPECT_EQ(config(out)["id2label"], json({{"0", "C"}, {"1", "E"}, {"2", "H"}}));
  EXPECT_TRUE(tensors(out + "/model.safetensors").contains("classifier.weight"));
  EXPECT_GT(last_evaluation(out)["eval_accuracy"], 0.5) << "0.43 is helix everywhere; 0.59 is what it learns";
}

// The trunk's weights stay, and running it once gives what running it each step gives.
TEST(TrainHeads, TheTrunkStaysAndTheCacheChangesNoBit) {
  const TemporaryFolder folder;
  expect_ok(classify(folder / "a") + Words{"--epochs", "4", "--train", "heads"});
  expect_ok(classify(folder / "b") + Words{"--epochs", "4", "--train", "heads", "--cache-limit", "1K"});
  // Crops drawn anew cannot be kept; here no sequence is long enough for one.
  expect_ok(classify(folder / "c") + Words{"--epochs", "4", "--train", "heads", "--crop", "random"});
  EXPECT_EQ(file(folder / "a", "model.safetensors"), file(folder / "b", "model.safetensors"));
  EXPECT_EQ(file(folder / "a", "model.safetensors"), file(folder / "c", "model.safetensors"));
  const auto before = io::read_safetensors(kEsm2 + "/model.safetensors");
  const auto after = io::read_safetensors(folder / "a" + std::string("/model.safetensors"));
  const std::string name = "esm.encoder.layer.2.output.dense.weight";
  EXPECT_TRUE(std::ranges::equal(before.arrays.at(name).bytes, after.arrays.at(name).bytes));
}

TEST(TrainLora, AdaptersAreEvaluatedAndMerged) {
  const TemporaryFolder folder;
  const std::string out = folder / "m";
  expect_ok(classify(out) + Words{"--epochs", "2", "--lora-r", "4", "--lora-dropout", "0.1", "--merge"});
  EXPECT_FALSE(fs::exists(out + "/model.safetensors"));
  const json adapter = json::parse(file(out, "adapter_config.json"));
  EXPECT_EQ(adapter["r"], 4);
  EXPECT_EQ(adapter["task_type"], "SEQ_CLS");
  EXPECT_EQ(adapter["base_model_name_or_path"], kEsm2);
  EXPECT_EQ(adapter["target_modules"], json({"query", "value"}));
  EXPECT_TRUE(tensors(out + "/adapter_model.safetensors")
                  .contains("base_model.model.esm.encoder.layer.0.attention.self.query.lora_A.weight"));
  const json trained = last_evaluation(out);
  for (const std::string& model : {out, out + "/merged"}) {
    const Outcome run = groel({"evaluate", "classify", "--data", kStability, "--label-column", "stability",
                               "--split-column", "set", "--split", "valid", "-m", model, "--json"});
    ASSERT_EQ(run.exit, 0) << run;
    EXPECT_NEAR(json::parse(run.out)["loss"].get<double>(), trained["eval_loss"].get<double>(), 1e-5) << model;
  }
  expect_ok({"embed", kProteins, "-m", out + "/merged", "-o", folder / "e.h5"});
  // An adapter's folder is its base with the adapter merged, wherever -m is.
  for (const std::string& model : {out, out + "/merged"})
    expect_ok({"embed", kProteins, "-m", model, "-o", folder / (model == out ? "adapted.npz" : "merged.npz")});
  const auto means = [&](const char* file) { return io::read_npz(folder / file).arrays.at("mean_3"); };
  const io::Array adapted = means("adapted.npz"), merged = means("merged.npz");
  EXPECT_TRUE(std::ranges::equal(adapted.bytes, merged.bytes));
}

TEST(TrainLora, Bf16FollowsF32) {
  const TemporaryFolder folder;
  double losses[2] = {};
  for (const int i : {0, 1}) {
    const std::string out = folder / (i == 0 ? "f32" : "bf16");
    Words words = classify(out) + Words{"--pooling",      "cls",
                                        "--batch-tokens", "4096",
                                        "--steps",        "4",
                                        "--lora-r",       "4",
                                        "--lora-dropout", "0.1",
                                        "--lora-targets", "query,key,value,dense",
                                        "--dtype",        i == 0 ? "f32" : "bf16"};
    words[13] = "1e-2";
    expect_ok(words);
    losses[i] = last_evaluation(out)["eval_loss"];
    EXPECT_LT(losses[i], 0.68) << "0.695 is what it starts at, 0.66 what it reaches";
  }
  EXPECT_NEAR(losses[1], losses[0], 0.015) << "0.005 apart as measured";
}

double perplexity(const std::string& model) {
  const Outcome run = groel({"evaluate", "mlm", "--data", kProteins, "-m", model, "--json"});
  EXPECT_EQ(run.exit, 0) << run;
  return json::parse(run.out)["perplexity"];
}

TEST(TrainLora, AdaptersOfALanguageModel) {
  const TemporaryFolder folder;
  const std::string out = folder / "m";
  expect_ok({"train", "mlm", "--data", kProteins, "--from", kEsm2, "--lora-r", "4", "--steps", "6", "--learning-rate",
             "1e-2", "--output", out, "--merge"});
  EXPECT_EQ(json::parse(file(out, "adapter_config.json"))["task_type"], json());
  EXPECT_NEAR(perplexity(out), perplexity(out + "/merged"), 1e-3 * perplexity(out));
  EXPECT_LT(perplexity(out), perplexity(kEsm2));
}

void expect_resumed_bitwise(const Words& whole, const Words& cut, const std::string& reference, const std::string& out,
                            const char* weights) {
  expect_ok(whole);
  {
    Process run(groel_command(cut), {});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!fs::exists(out + "/checkpoint-4") && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    run.kill(SIGKILL);
    ASSERT_EQ(run.wait().signal, SIGKILL);
  }
  ASSERT_FALSE(fs::exists(out + "/" + weights)) << "it was killed too late";
  const Outcome resumed = groel(cut + Words{"--resume"});
  EXPECT_EQ(resumed.exit, 0) << resumed;
  EXPECT_TRUE(resumed.says("going on from step")) << resumed;
  EXPECT_EQ(file(out, weights), file(reference, weights));
  EXPECT_EQ(last_evaluation(out)["eval_loss"], last_evaluation(reference)["eval_loss"]);
}

TEST(TrainClassify, KilledAndResumedIsBitwiseUninterrupted) {
  const TemporaryFolder folder;
  const Words more{"--steps", "40", "--save-every", "2", "--batch-tokens", "600", "--dropout", "0.1"};
  expect_resumed_bitwise(classify(folder / "a") + more, classify(folder / "b") + more, folder / "a", folder / "b",
                         "model.safetensors");
}

TEST(TrainLora, KilledAndResumedIsBitwiseUninterrupted) {
  const TemporaryFolder folder;
  const Words more{"--steps",  "40", "--save-every",   "2",  "--batch-tokens", "600",
                   "--lora-r", "4",  "--lora-dropout", "0.2"};
  expect_resumed_bitwise(classify(folder / "a") + more, classify(folder / "b") + more, folder / "a", folder / "b",
                         "adapter_model.safetensors");
}

TEST(TrainLabels, ErrorsSayWhatToDo) {
  const TemporaryFolder folder;
  const std::string out = folder / "x";
  const auto complaint = [&](const Words& words) {
    const Outcome run = groel(words);
    EXPECT_NE(run.exit, 0) << run;
    return run.err;
  };
  const auto has = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  Words words = classify(out);
  words[5] = "stabilty";
  EXPECT_PRED2(has, complaint(words), "did you mean --label-column 'stability'?");
  words = classify(out);
  words[11] = "sett";
  EXPECT_PRED2(has, complaint(words), "did you mean --split-column 'set'?");
  EXPECT_PRED2(has, complaint(classify(out) + Words{"--valid-split", "dev"}), "no row is in the held-out split (dev)");
  EXPECT_PRED2(has, complaint(classify(out) + Words{"--classes", "stable,unstable"}),
               "stability.csv:3: the label 'labile' is none of the classes: stable, unstable");
  EXPECT_PRED2(has, complaint(classify(out) + Words{"--metric", "rmse"}), "not a score of this kind of labels");
  EXPECT_PRED2(has, complaint(classify(out) + Words{"--train", "last:9"}), "last:N with N from 1 to 3");
  EXPECT_PRED2(has, complaint(classify(out) + Words{"--train", "last:99"}), "last:N with N from 1 to 3");
  EXPECT_PRED2(has, complaint(classify(out) + Words{"--min-length", "9"}), "no option of `groel train classify`");
  EXPECT_PRED2(has, complaint({"train", "mlm", "--data", kProteins, "--output", out, "--label-column", "x"}),
               "no option of `groel train mlm`");
  words = classify(out);
  words[9] = kEsm2;
  EXPECT_PRED2(has, complaint(words), "the output is an input, too");
  EXPECT_PRED2(has,
               complaint({"evaluate", "classify", "--data", kStability, "--label-column", "stability", "-m", kEsm2}),
               "this model has no head");
  EXPECT_PRED2(has, complaint(classify(out) + Words{"--lora-alpha", "9"}), "--lora-r 8");
  EXPECT_PRED2(has, complaint(classify(out) + Words{"--lora-r", "4", "--lora-targets", "qeury"}), "query, key, value");
  const std::string memory = complaint(classify(out) + Words{"--memory", "8M", "--batch-tokens", "4096"});
  EXPECT_PRED2(has, memory, "--batch-tokens");
  EXPECT_PRED2(has, memory, "--checkpointing");
  EXPECT_PRED2(has, complaint(classify(out) + Words{"--memory", "100K"}), "--lora-r 8");
  const Outcome run = groel(classify(out) + Words{"--classes", "labile,molten,stable", "--epochs", "1"});
  EXPECT_EQ(run.exit, 0) << run;
  EXPECT_TRUE(run.says("no example to learn from of: molten")) << run;
  words = classify(folder / "nan");
  words[13] = "1e30";
  const std::string broken = complaint(words + Words{"--warmup", "0", "--clip", "0", "--epochs", "50"});
  EXPECT_TRUE(has(broken, "not a finite number") || has(broken, "exploded")) << broken;
  EXPECT_PRED2(has, broken, "--learning-rate");
}

TEST(TrainClassify, CheckpointingChangesNoBit) {
  const TemporaryFolder folder;
  expect_ok(classify(folder / "a") + Words{"--steps", "3"});
  expect_ok(classify(folder / "b") + Words{"--steps", "3", "--checkpointing"});
  EXPECT_EQ(file(folder / "a", "model.safetensors"), file(folder / "b", "model.safetensors"));
}

}  // namespace
}  // namespace groel::testing
