// groel evaluate table: the tables that people have, and what is said of bad ones. Values are tests/golden's matter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/files.h"
#include "support/program.h"

namespace groel::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class EvaluateTable : public ::testing::Test {
 protected:
  Outcome run(const std::string& table, std::vector<std::string> more) const {
    write_file(work_ / "p.csv", table);
    std::vector<std::string> words{"evaluate", "table", work_ / "p.csv"};
    words.insert(words.end(), more.begin(), more.end());
    return groel(words);
  }
  json scores(const std::string& table, std::vector<std::string> more) const {
    more.emplace_back("--json");
    const Outcome done = run(table, more);
    EXPECT_EQ(done.exit, 0) << done;
    return done.exit == 0 ? json::parse(done.out) : json::object();
  }

  TemporaryFolder work_;
};

TEST_F(EvaluateTable, LabelsInAnySpelling) {
  const json found = scores("id,truth,said\na,AMP,amp\nb,Non-AMP, non-amp\nc,AMP,Non-AMP\nd,,AMP\n",
                            {"--truth-column", "truth", "--label-column", "said", "--kind", "binary"});
  EXPECT_EQ(found["rows"], 3);
  EXPECT_EQ(found["rows_left_out"], 1);
  EXPECT_EQ(found["positive"], "AMP");
  EXPECT_EQ(found["recall_binary"], 0.5);
  EXPECT_EQ(found["confusion_matrix"], json::parse("[[1, 1], [0, 1]]"));
  const json mixed = scores("truth;said\nTrue;1.0\nFalse;0\nTrue;0\n",
                            {"--truth-column", "truth", "--label-column", "said", "--kind", "binary"});
  EXPECT_EQ(mixed["confusion_labels"], json::parse("[0, 1]"));
  EXPECT_EQ(mixed["precision_binary"], 1);
}

TEST_F(EvaluateTable, ScoresOfOneClassOrOfTwo) {
  const std::string table = "y,p0,p1\n0,0.9,0.1\n0,0.4,0.6\n1,0.2,0.8\n1,0.3,0.7\n";
  for (const char* columns : {"p1", "p0,p1"}) {
    const json found = scores(table, {"--truth-column", "y", "--score-columns", columns, "--kind", "binary"});
    EXPECT_EQ(found["roc_auc"], 1) << columns;
    EXPECT_EQ(found["accuracy"], 0.75) << columns;
    EXPECT_EQ(found["brier"], found["brier_of_prob"]);
  }
  const json strict =
      scores(table, {"--truth-column", "y", "--score-columns", "p1", "--kind", "binary", "--threshold", "0.65"});
  EXPECT_EQ(strict["accuracy"], 1);
}

TEST_F(EvaluateTable, LogitsAndCommas) {
  const Outcome done =
      run("y\ts\n0\t-1,5\n1\t0,5\n", {"--truth-column", "y", "--score-columns", "s", "--kind", "binary", "--json"});
  ASSERT_EQ(done.exit, 0) << done;
  const json found = json::parse(done.out);
  EXPECT_EQ(found["accuracy"], 1);
  EXPECT_NEAR(found["log_loss"].get<double>(), 0.33774523, 1e-7);
  EXPECT_TRUE(done.says("read as logits")) << done;
  EXPECT_TRUE(done.says("commas are read as decimal points")) << done;
}

TEST_F(EvaluateTable, ClassesByTheNamesOfColumnsOrTheirPlaces) {
  const json named = scores(
      "truth,prob_nucleus,prob_cytoplasm,prob_golgi\nnucleus,0.7,0.2,0.1\ncytoplasm,0.6,0.3,0.1\n",
      {"--truth-column", "truth", "--score-columns", "prob_nucleus,prob_cytoplasm,prob_golgi", "--kind", "multiclass"});
  EXPECT_EQ(named["accuracy"], 0.5);
  EXPECT_TRUE(named["roc_auc_ovr_macro"].is_null()) << "no golgi is true";
  EXPECT_NEAR(named["log_loss"].get<double>(), -(std::log(0.7) + std::log(0.3)) / 2, 1e-12);
  const json placed = scores("truth,a,b,c\n2,0.1,0.2,0.7\n0,0.5,0.3,0.2\n1,0.2,0.5,0.3\n",
                             {"--truth-column", "truth", "--score-columns", "a,b,c", "--kind", "multiclass"});
  EXPECT_EQ(placed["accuracy"], 1);
  EXPECT_EQ(placed["roc_auc_ovr_macro"], 1);
  const Outcome unknown = run("truth,a,b,c\nx,0.1,0.2,0.7\na,0.5,0.3,0.2\n",
                              {"--truth-column", "truth", "--score-columns", "a,b,c", "--kind", "multiclass"});
  EXPECT_EQ(unknown.exit, 4) << unknown;
  EXPECT_THAT(unknown.err, HasSubstr("do not all have a column of scores"));
}

TEST_F(EvaluateTable, OrderCountsWhereNoColumnHasAName) {
  const std::string rows = "1,0,0,0.1,0.9,0.2\n0,1,0,0.8,0.3,0.1\n0,0,1,0.2,0.1,0.7\n1,1,0,0.7,0.8,0.3\n";
  const auto words = [](const std::string& truth, const std::string& columns) {
    return std::vector<std::string>{"--truth-column", truth, "--score-columns", columns, "--kind", "multilabel"};
  };
  const std::string scored = "prob_B,prob_A,prob_C";
  for (const char* truth : {"A,B,C", "true_A,true_B,true_C", "y_true_A,y_true_B,y_true_C"})
    EXPECT_EQ(scores(truth + ("," + scored) + "\n" + rows, words(truth, scored))["roc_auc_macro"], 1) << truth;
  const Outcome mixed = run("A,B,C,prob_B,prob_A,other\n" + rows, words("A,B,C", "prob_B,prob_A,other"));
  EXPECT_EQ(mixed.exit, 4) << mixed;
  EXPECT_TRUE(mixed.says("column 'prob_B' is called after the label 'B'")) << mixed;
  const Outcome others = run("A,B,C,u,v,w\n" + rows, words("A,B,C", "v,u,w"));
  EXPECT_EQ(others.exit, 0) << others;
  EXPECT_TRUE(others.says("the columns 'v', 'u', 'w' are of the labels 'A', 'B', 'C', in this order")) << others;
  const Outcome places = run("y,prob_2,prob_0,other\n0,0.1,0.7,0.2\n1,0.1,0.2,0.7\n2,0.8,0.1,0.1\n",
                             {"--truth-column", "y", "--score-columns", "prob_2,prob_0,other", "--kind", "multiclass"});
  EXPECT_EQ(places.exit, 4) << places;
  EXPECT_TRUE(places.says("do not all have a column of scores")) << places;
  const Outcome placed =
      run("y,u,v\n0,0.7,0.3\n1,0.2,0.8\n", {"--truth-column", "y", "--score-columns", "u,v", "--kind", "multiclass"});
  EXPECT_TRUE(placed.says("the columns of scores 'u', 'v' are of the classes '0', '1', in this order")) << placed;
}

TEST_F(EvaluateTable, SeveralLabelsAsColumnsOrLists) {
  const std::vector<std::string> lists{"--truth-column", "t", "--label-column", "p", "--kind", "multilabel"};
  const json listed = scores("t,p\na;b,a\n,\nb,b;a\n", lists);
  const json columns = scores("a,b,said_a,said_b\n1,1,1,0\n0,0,0,0\n0,1,1,1\n",
                              {"--truth-column", "a,b", "--label-column", "said_a,said_b", "--kind", "multilabel"});
  EXPECT_EQ(listed["rows"], 3) << "a row without labels is one";
  for (const char* name : {"subset_accuracy", "f1_micro", "f1_samples", "hamming_loss"})
    EXPECT_EQ(listed[name], columns[name]) << name;
  EXPECT_NEAR(listed["subset_accuracy"].get<double>(), 1.0 / 3, 1e-15);
  const json scored = scores("t,b,a\na,0.2,0.9\nb,0.8,0.6\n",
                             {"--truth-column", "t", "--score-columns", "a,b", "--kind", "multilabel"});
  EXPECT_EQ(scored["roc_auc_macro"], 1);
  EXPECT_EQ(scored["precision_micro"].get<double>(), 2.0 / 3);
  const Outcome wrong =
      run("a,b,c,d\n1,maybe,0,0\n", {"--truth-column", "a,b", "--label-column", "c,d", "--kind", "multilabel"});
  EXPECT_THAT(wrong.err, HasSubstr("'maybe' of column 'b' says neither yes (1) nor no (0)"));
}

TEST_F(EvaluateTable, IntervalsThresholdsAndCalibration) {
  std::string table = "y,p\n";
  for (int i = 0; i < 60; ++i)
    table += fmt::format("{},{}\n", i % 3 == 0 ? 1 : 0, (i % 3 == 0 ? 0.2 : 0.05) + i * 0.002);
  write_file(work_ / "valid.csv", table);
  const json found = scores(table, {"--truth-column", "y", "--score-columns", "p", "--kind", "binary", "--tune-on",
                                    work_ / "valid.csv", "--bootstrap", "100", "--seed", "3", "--calibration"});
  EXPECT_LT(found["threshold"], 0.35);
  EXPECT_GT(found["f1_binary"], 0.8);
  const json interval = found["intervals"]["scores"]["roc_auc"];
  EXPECT_LE(interval[0], found["roc_auc"]);
  EXPECT_GE(interval[1], found["roc_auc"]);
  EXPECT_LT(found["calibration"]["log_loss_after"], found["calibration"]["log_loss"]);
  EXPECT_EQ(found["calibration"]["temperature_fitted_on"], "the table of --tune-on");
}

TEST_F(EvaluateTable, WhatIsWrongIsSaid) {
  const std::string table = "y,p\n0,0.1\n1,0.2\n2,0.3\n";
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{"--truth-column", "truth", "--label-column", "p", "--kind", "binary"}, "the columns are 'y', 'p'"},
      {{"--truth-column", "y", "--label-column", "y", "--kind", "binary"}, "there are 3 classes, not two"},
      {{"--label-column", "p", "--kind", "binary"}, "--truth-column"},
      {{"--truth-column", "y", "--label-column", "p"}, "--kind"},
      {{"--truth-column", "y", "--kind", "multiclass"}, "--label-column or --score-columns"},
      {{"--truth-column", "y", "--kind", "regression", "--score-columns", "p,y"}, "one column of true values"},
      {{"--truth-column", "y", "--label-column", "p", "--kind", "binary", "--data", "x.csv"}, "no option of"}};
  for (const auto& [words, message] : wrong) {
    const Outcome done = run(table, words);
    EXPECT_NE(done.exit, 0);
    EXPECT_THAT(done.err, HasSubstr(message));
  }
  const Outcome text =
      run("y,p\n1.5,x\n2,3\n", {"--truth-column", "y", "--score-columns", "p", "--kind", "regression"});
  EXPECT_EQ(text.exit, 0) << text;
  EXPECT_TRUE(text.says("1 of 2 values left out, as no finite number; the first is 'x'")) << text;
  EXPECT_THAT(text.out, HasSubstr("undefined: spearman"));
}

}  // namespace
}  // namespace groel::testing
