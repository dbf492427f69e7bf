// groel train says what makes its scores worthless, and its defaults learn.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "io/arrays.h"
#include "support/program.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Twenty residues drawn by `n`.
std::string protein(int n) {
  std::string out;
  for (unsigned i = 0, state = 7919U * static_cast<unsigned>(n) + 1; i < 20; ++i) {
    state = state * 1664525U + 1013904223U;
    out += "ACDEFGHIKLMNPQRSTVWY"[(state >> 16) % 20];
  }
  return out;
}

class TrainChecks : public ::testing::Test {
 protected:
  Outcome classify(const std::string& table, Words more) const {
    Words words{"train",    "classify",    "--data",      write_file(folder_ / "t.csv", table),
                "--from",   kEsm2,         "--train",     "heads",
                "--output", folder_ / "m", "--overwrite", "--json",
                "--report", "none"};
    words.insert(words.end(), more.begin(), more.end());
    if (std::find(more.begin(), more.end(), "--epochs") == more.end()) words.insert(words.end(), {"--epochs", "2"});
    return groel(words);
  }
  TemporaryFolder folder_;
};

// The same ten on both sides, as written and in small letters.
TEST_F(TrainChecks, HeldOutSequencesThatAreLearnedFromAreCounted) {
  std::string table = "sequence,label,set\n";
  for (int i = 0; i < 10; ++i) table += fmt::format("{},{},train\n", protein(i), i % 2 == 0 ? "a" : "b");
  for (int i = 0; i < 10; ++i) {
    std::string copy = protein(i);
    if (i == 0) std::transform(copy.begin(), copy.end(), copy.begin(), [](char c) { return std::tolower(c); });
    table += fmt::format("{},{},valid\n", copy, i % 2 == 0 ? "a" : "b");
  }
  const Outcome run = classify(table, {"--split-column", "set"});
  ASSERT_EQ(run.exit, 0) << run;
  EXPECT_TRUE(run.says("10 of 10 held-out sequences are also learned from")) << run;
  const json summary = json::parse(run.out);
  EXPECT_EQ(summary["held_out"], 10);
  EXPECT_EQ(summary["held_out_identical"], 10);
  EXPECT_FALSE(summary["warnings"].empty());

  const std::string valid =
      write_file(folder_ / "v.csv", fmt::format("sequence,label\n{},a\n{},b\n", protein(3), protein(77)));
  EXPECT_TRUE(classify(table, {"--valid", valid}).says("1 of 2 held-out sequences are also learned from"));

  std::string residues = "sequence,label,set\n";
  for (int i = 0; i < 6; ++i)
    residues += fmt::format("{},{},{}\n", protein(i % 5), "HHHHHHHHHHEEEEEEEEEE", i == 5 ? "valid" : "train");
  const Outcome tokens =
      groel({"train", "tokens", "--data", write_file(folder_ / "r.csv", residues), "--from", kEsm2, "--train", "heads",
             "--split-column", "set", "--output", folder_ / "r", "--epochs", "1", "--report", "none"});
  EXPECT_TRUE(tokens.says("1 of 1 held-out sequences are also learned from")) << tokens;

  const Outcome mlm = groel({"train", "mlm", "--data", kProteins, "--valid", kProteins, "--layers", "1", "--width",
                             "16", "--heads", "2", "--steps", "2", "--output", folder_ / "l", "--json"});
  EXPECT_TRUE(mlm.says("held-out sequences are also learned from")) << mlm;
  EXPECT_EQ(json::parse(mlm.out)["held_out_identical"], json::parse(mlm.out)["held_out"]);
}

TEST_F(TrainChecks, NothingIsSaidOfOthers) {
  std::string table = "sequence,label,set\n";
  for (int i = 0; i < 20; ++i)
    table += fmt::format("{},{},{}\n", protein(i), i % 2 == 0 ? "a" : "b", i < 10 ? "train" : "valid");
  const Outcome run = classify(table, {"--split-column", "set"});
  EXPECT_EQ(json::parse(run.out)["held_out_identical"], 0);
  EXPECT_FALSE(run.says("also learned from")) << run;
}

// A split that is drawn has no copy on the other side, whatever the seed.
TEST_F(TrainChecks, EqualSequencesStayOnOneSideOfADrawnSplit) {
  std::string table = "sequence,label\n";
  std::string fasta;
  for (int i = 0; i < 40; ++i) {
    table += fmt::format("{},{}\n", protein(i % 12), i % 12 % 2 == 0 ? "a" : "b");
    fasta += fmt::format(">p{}\n{}\n", i, protein(i % 12));
  }
  for (const char* seed : {"1", "2", "3"}) {
    const Outcome run = classify(table, {"--valid-fraction", "0.3", "--seed", seed});
    ASSERT_EQ(run.exit, 0) << run;
    EXPECT_TRUE(run.says("of 40 sequences 28 are equal to one before: equal ones stay on one side")) << run;
    const json summary = json::parse(run.out);
    EXPECT_EQ(summary["held_out_identical"], 0);
    EXPECT_GE(summary["held_out"], 8);
    EXPECT_LE(summary["held_out"], 12);
  }
  const Outcome mlm =
      groel({"train", "mlm", "--data", write_file(folder_ / "t.fasta", fasta), "--valid-fraction", "0.3", "--layers",
             "1", "--width", "16", "--heads", "2", "--steps", "2", "--output", folder_ / "l"});
  EXPECT_TRUE(mlm.says("equal ones stay on one side")) << mlm;
}

std::string labelled(const std::function<std::string(int)>& label, int count = 12) {
  std::string table = "sequence,label,set\n";
  for (int i = 0; i < count; ++i)
    table += fmt::format("{},{},{}\n", protein(i), label(i), i % 3 == 0 ? "valid" : "train");
  return table;
}

TEST_F(TrainChecks, RunsTooShortToLearnAreTold) {
  const std::string table = labelled([](int i) { return i % 2 == 0 ? "a" : "b"; });
  EXPECT_TRUE(
      classify(table, {"--split-column", "set"}).says("the run makes 2 updates, in which a model hardly changes"));
  const Outcome slow = classify(table, {"--split-column", "set", "--epochs", "50", "--learning-rate", "1e-5"});
  EXPECT_TRUE(slow.says("no weight moves by more than 0.00025") && slow.says("--learning-rate (1e-3 suits")) << slow;
  const Outcome good = classify(table, {"--split-column", "set", "--epochs", "50"});
  EXPECT_FALSE(good.says("hardly changes") || good.says("no weight moves")) << good;
}

TEST_F(TrainChecks, LabelsThatCannotBeLearnedAreTold) {
  const Words split{"--split-column", "set"};
  const auto of = [](const std::string& few, int which) {
    return labelled([few, which](int i) {
      return i == which ? few : i % 2 == 0 ? std::string("a") : std::string("b");
    });
  };
  EXPECT_TRUE(classify(of("rare", 4), split).says("one example each to learn from of: rare"));
  EXPECT_TRUE(classify(of("rare", 4), split).says("the held-out data lack: rare"));
  EXPECT_TRUE(classify(of("new", 3), split).says("no example to learn from of: new"));
  const Outcome same = classify(labelled([](int i) { return i % 3 == 0 ? "b" : "a"; }), split);
  EXPECT_EQ(same.exit, 4) << same;
  EXPECT_TRUE(same.says("all 8 examples to learn from are 'a': there is nothing to tell apart")) << same;
  const Outcome many = classify(labelled([](int i) { return i == 1 || i == 3 ? "b" : "a"; }), split);
  EXPECT_TRUE(many.says("88 % of the examples are 'a'")) << many;
  const Outcome flat = classify(labelled([](int) { return "4.5"; }), split);
  EXPECT_EQ(flat.exit, 4) << flat;
  EXPECT_TRUE(flat.says("all 8 numbers to learn from are 4.5")) << flat;
  std::string twice = labelled([](int i) { return i % 2 == 0 ? "a" : "b"; });
  twice += protein(1) + ",a,train\n";
  EXPECT_TRUE(classify(twice, split).says("1 sequence to learn from occurs before with another label"));
}

TEST_F(TrainChecks, WhatIsHeldOutIsSaidOnce) {
  const std::string table = labelled([](int i) { return i % 2 == 0 ? "a" : "b"; });
  const Outcome twice = classify(table, {"--split-column", "set", "--valid-fraction", "0.2"});
  EXPECT_EQ(twice.exit, 2) << twice;
  EXPECT_TRUE(twice.says("what is held out is said twice")) << twice;
  EXPECT_TRUE(classify(table, {"--valid", folder_ / "t.csv", "--valid-fraction", "0.2"}).says("said twice"));
  EXPECT_TRUE(classify(table, {"--split-column", "set"})
                  .says("by --split-column, learned from: 'train' (8); held out: 'valid' (4)"));
  std::string rare;
  for (int i = 0; i < 60; ++i) rare += fmt::format("{},{}\n", protein(i), i < 2 ? "odd" : i % 2 == 0 ? "a" : "b");
  std::string few;
  for (int i = 0; i < 120; ++i) few += fmt::format("{},{}\n", protein(i), i < 2 ? "odd" : i % 2 == 0 ? "a" : "b");
  EXPECT_TRUE(classify("sequence,label\n" + few, {}).says("less than a twentieth")) << "2 of 59";
  EXPECT_FALSE(classify("sequence,label\n" + rare, {}).says("less than a twentieth")) << "2 of 29";
}

TEST_F(TrainChecks, ARunThatLearnedNothingSaysSo) {
  const std::string table = labelled([](int i) { return i % 4 < 3 ? "a" : "b"; }, 24);
  const Outcome run = classify(table, {"--split-column", "set", "--epochs", "1", "--learning-rate", "1e-9"});
  ASSERT_EQ(run.exit, 0) << run;
  EXPECT_TRUE(run.says("nothing was learned:") && run.says("always saying 'a' would be right in")) << run;
}

TEST_F(TrainChecks, DefaultsSuitTheSizeOfTheData) {
  const std::string data = write_file(folder_ / "t.csv", labelled([](int i) { return i % 2 == 0 ? "a" : "b"; }));
  const Outcome heads = groel({"train", "classify", "--data", data, "--split-column", "set", "--from", kEsm2, "--train",
                               "heads", "--output", folder_ / "m"});
  ASSERT_EQ(heads.exit, 0) << heads;
  EXPECT_TRUE(heads.says("100 epochs of 1 update, of up to 512 tokens each")) << heads;
  double highest = 0;
  std::istringstream lines(read_file(folder_ / "m/metrics.jsonl"));
  for (std::string line; std::getline(lines, line);) highest = std::max(highest, json::parse(line).value("lr", 0.0));
  EXPECT_GT(highest, 5e-4);
  EXPECT_LE(highest, 1e-3);
}

std::set<std::string> head_tensors(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& [name, array] : io::read_safetensors(folder + "/model.safetensors").arrays)
    if (name.starts_with("classifier.")) names.insert(name);
  return names;
}

// The mean by default, and what was chosen goes with the model.
TEST_F(TrainChecks, PoolingIsRecordedAndKept) {
  const std::string table = labelled([](int i) { return i % 2 == 0 ? "a" : "b"; });
  for (const std::string pooling : {"mean", "cls"}) {
    Words more{"--split-column", "set", "--epochs", "20"};
    if (pooling == "cls") more.insert(more.end(), {"--pooling", "cls"});
    const Outcome run = classify(table, more);
    ASSERT_EQ(run.exit, 0) << run;
    const json config = json::parse(read_file(folder_ / "m/config.json"));
    EXPECT_EQ(config.value("classifier_pooling", "cls"), pooling);
    EXPECT_EQ(head_tensors(folder_ / "m").contains("classifier.dense.weight"), pooling == "cls");
    EXPECT_EQ(head_tensors(folder_ / "m").contains("classifier.mean.dense.weight"), pooling == "mean");
    const Outcome again = groel({"evaluate", "classify", "--data", folder_ / "t.csv", "--split-column", "set",
                                 "--split", "valid", "-m", folder_ / "m", "--json"});
    ASSERT_EQ(again.exit, 0) << again;
    EXPECT_NEAR(json::parse(again.out)["loss"].get<double>(), json::parse(run.out)["loss"].get<double>(), 1e-6);
    const std::string on = (folder_ / "on-") + pooling;
    const Outcome goes_on = groel({"train", "classify", "--data", folder_ / "t.csv", "--split-column", "set", "--from",
                                   folder_ / "m", "--output", on, "--epochs", "1", "--report", "none"});
    EXPECT_FALSE(goes_on.says("replaced by a new one")) << goes_on;
    EXPECT_EQ(json::parse(read_file(on + "/config.json")).value("classifier_pooling", "cls"), pooling);
  }
  EXPECT_TRUE(groel({"train", "tokens", "--data", folder_ / "t.csv", "--from", kEsm2, "--pooling", "mean", "--output",
                     folder_ / "x"})
                  .says("no option of `groel train residues`"));
}

TEST_F(TrainChecks, EvaluateKnowsWhatAModelHasLearnedFrom) {
  ASSERT_EQ(classify(labelled([](int i) { return i % 2 == 0 ? "a" : "b"; }), {"--split-column", "set"}).exit, 0);
  const auto evaluate = [&](const std::string& split) {
    return groel({"evaluate", "classify", "--data", folder_ / "t.csv", "--split-column", "set", "--split", split, "-m",
                  folder_ / "m", "--json"});
  };
  const Outcome learned = evaluate("train");
  EXPECT_EQ(json::parse(learned.out)["also_learned_from"], 8);
  EXPECT_TRUE(learned.says("the model has learned from 8 of these 8 sequences")) << learned;
  const Outcome other = evaluate("valid");
  EXPECT_EQ(json::parse(other.out)["also_learned_from"], 0);
  EXPECT_FALSE(other.says("has learned from")) << other;
}

}  // namespace
}  // namespace groel::testing
