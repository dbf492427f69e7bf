// The worked examples of bench/examples/run.sh, on cuts of their data and a tiny model: every step from raw files to a
// report. How good their predictors are is not looked at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/files.h"
#include "support/program.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;

class WorkedExamples : public ::testing::Test {
 protected:
  Outcome example(const std::string& name, const std::string& settings = {}) const {
    return bash(settings + " " GROEL_SOURCE_DIR "/bench/examples/run.sh " + name + " " GROEL_TEST_DATA "/examples " +
                    (work_ / "out"),
                {.folder = {}, .input = {}, .environment = {{"MODEL", kEsm2}, {"XDG_CACHE_HOME", work_ / "cache"}}});
  }
  std::string text(const std::string& name) const { return read_file(work_ / "out/" + name); }
  json results() const { return json::parse(text("results.json")); }
  /// Rows of a table under its header.
  std::int64_t rows(const std::string& name) const {
    const std::string all = text(name);
    return std::count(all.begin(), all.end(), '\n') - 1;
  }
  /// What a report is to say beside its figures.
  void expect_judged(const std::string& split, const std::vector<std::string>& baselines) const {
    const json judged = results()["judged"][split];
    ASSERT_TRUE(judged.is_object());
    std::vector<std::string> names;
    for (const json& one : judged["baselines"]) names.push_back(one["name"]);
    for (const std::string& name : baselines) EXPECT_THAT(names, ::testing::Contains(name));
    const std::string folder = split == "test" ? "test" : "report";
    EXPECT_THAT(text("predictor/" + folder + "/report.html"),
                HasSubstr(judged["verdict"].get<std::string>().substr(0, 12)));
  }

  TemporaryFolder work_;
};

TEST_F(WorkedExamples, Mitochondrion) {
  const Outcome done = example("mitochondrion");
  ASSERT_EQ(done.exit, 0) << done;
  expect_judged("validation", {"coin-flip", "frequencies", "descriptors", "3-mers", "nearest-neighbour"});
  expect_judged("test", {"descriptors"});
  EXPECT_EQ(rows("train.csv"), 125);
  EXPECT_EQ(rows("val.csv"), 18);
  EXPECT_EQ(rows("test.csv"), 36);
  EXPECT_TRUE(fs::exists(work_ / "out/described/classes.svg"));
  const std::string test = text("predictor/test/report.html");
  EXPECT_THAT(test, HasSubstr("for the first time"));
  EXPECT_THAT(test, HasSubstr("AUROC"));
  // Proteins are called by their accession, not by their line.
  const std::string first = text("test.csv").substr(text("test.csv").find('\n') + 1);
  const std::string accession = first.substr(first.find(',') + 1, 6);
  EXPECT_THAT(text("predictor/test/predictions.csv"), HasSubstr("\n" + accession + ","));
}

TEST_F(WorkedExamples, CompartmentsByEveryPartition) {
  const Outcome done = example("compartments");
  ASSERT_EQ(done.exit, 0) << done;
  const json found = results();
  EXPECT_EQ(found["repeats"], 5);
  EXPECT_EQ(found["held_out_in_turn"], "Partition");
  EXPECT_EQ(found["scores"]["validation"]["predictor"]["average_precision_micro"]["values"].size(), 5U);
  EXPECT_TRUE(found["ahead"]["validation"].contains("nearest-neighbour"));
  for (const char* split : {"0", "1", "2", "3", "4"})
    EXPECT_TRUE(fs::exists(work_ / ("out/predictor/split-" + std::string(split) + "/report/report.html"))) << split;
  EXPECT_THAT(text("predictor/report.html"), HasSubstr("Ahead, with the 95 % interval, of:"));
  EXPECT_TRUE(fs::exists(work_ / "out/described/labels_per_row.svg"));
}

TEST_F(WorkedExamples, Antimicrobial) {
  const Outcome done = example("antimicrobial");
  ASSERT_EQ(done.exit, 0) << done;
  expect_judged("test", {"descriptors"});
  EXPECT_EQ(rows("predicted.csv"), 40);
  EXPECT_THAT(text("predicted.csv"), HasSubstr("sequence,pred_id,pred_label,confidence"));
}

TEST_F(WorkedExamples, FunctionFromRawTables) {
  const Outcome done = example("function", "AT_LEAST=8");
  ASSERT_EQ(done.exit, 0) << done;
  expect_judged("test", {"coin-flip", "frequencies"});
  EXPECT_EQ(rows("joined.csv") - rows("short.csv"), 1) << "one protein is longer than 500 residues";
  EXPECT_THAT(text("labels.csv"), ::testing::Not(HasSubstr("GO:0003674"))) << "the root is too general";
  const json predictor = results()["judged"]["test"]["predictor"];
  for (const char* name : {"accuracy", "recall", "precision", "average_precision", "roc_auc"})
    EXPECT_TRUE(predictor["per_protein"][name].is_number()) << name;
  const std::string page = text("predictor/test/report.html");
  EXPECT_THAT(page, HasSubstr("Per protein"));
  EXPECT_THAT(page, HasSubstr("catalytic activity")) << "terms have names";
  EXPECT_THAT(page, HasSubstr("Performance against training frequency"));
  EXPECT_EQ(results()["steps"], 300);
}

TEST_F(WorkedExamples, FunctionOfOneTaxon) {
  const Outcome done = example("function", "AT_LEAST=2 TAXON='224308|284812|3702'");
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(text("labels.csv").find("\nA0"), std::string::npos) << "proteins without a taxon are left out";
  EXPECT_LE(rows("labels.csv"), 34);
}

TEST_F(WorkedExamples, Plane) {
  const Outcome done = example("plane");
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(rows("proteins.csv"), 40);
  EXPECT_EQ(rows("plane.csv"), 40);
  const json points = results()["points"];
  EXPECT_EQ(std::count_if(points.begin(), points.end(), [](const json& one) { return one["group"] == "membrane"; }),
            20);
}

TEST_F(WorkedExamples, FluorescenceByMutations) {
  const Outcome done = example("fluorescence", "ROWS=all");
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_TRUE(done.says("3 rows left out whose variant makes no protein")) << done;
  EXPECT_EQ(rows("few.csv"), 100);
  EXPECT_EQ(rows("test.csv"), 60);
  EXPECT_TRUE(results()["judged"]["test"]["predictor"]["scores"].contains("spearmanr"));
}

TEST_F(WorkedExamples, Gb1) {
  const Outcome done = example("gb1");
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(rows("train.csv"), 60);
  EXPECT_EQ(rows("val.csv"), 15);
  EXPECT_EQ(rows("test.csv"), 30);
}

TEST_F(WorkedExamples, StructureOfResidues) {
  const Outcome done = example("structure", "ROWS=all");
  ASSERT_EQ(done.exit, 0) << done;
  expect_judged("test", {"coin-flip", "frequencies"});
  EXPECT_TRUE(done.says("residues without a label by `mask_column`") ||
              done.says("residues without a label by --mask-column"))
      << done;
  EXPECT_EQ(rows("train.csv"), 50);
}

TEST_F(WorkedExamples, WhatIsMissingIsSaid) {
  EXPECT_EQ(example("weather").exit, 2);
  const Outcome none = bash(GROEL_SOURCE_DIR "/bench/examples/run.sh gb1 /nowhere " + (work_ / "out"));
  EXPECT_TRUE(none.says("no such folder: /nowhere")) << none;
  fs::create_directories(work_ / "empty");
  const Outcome raw =
      bash(GROEL_SOURCE_DIR "/bench/examples/run.sh mitochondrion " + (work_ / "empty") + " " + (work_ / "other"));
  EXPECT_NE(raw.exit, 0);
  EXPECT_TRUE(raw.says("has no Swissprot_Train_Validation_dataset.csv")) << raw;
}

TEST_F(WorkedExamples, Peptides) {
  const Outcome done =
      bash("MODEL=groel-writer JUDGE=" + kEsm2 +
               " EPOCHS=1 WRITTEN=5 " GROEL_SOURCE_DIR "/bench/examples/run.sh peptides " GROEL_TEST_DATA "/examples " +
               (work_ / "out"),
           {.folder = {}, .input = {}, .environment = {{"XDG_CACHE_HOME", work_ / "cache"}}});
  ASSERT_EQ(done.exit, 0) << done;
  for (const char* const folder : {"judged-groel-writer", "judged-writer"}) {
    const json report = json::parse(text(std::string(folder) + "/report.json"));
    EXPECT_EQ(report["known_proteins"], 45);
    EXPECT_EQ(report["labels"].size(), 2U);
  }
}

}  // namespace
}  // namespace groel::testing
