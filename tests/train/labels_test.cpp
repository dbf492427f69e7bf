// Labels: what is inferred, refused and split, and the batches and scores made of them.
#include "train/labels.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "bio/esm_tokenizer.h"
#include "checkpoints/initial.h"
#include "checkpoints/load.h"
#include "io/table.h"
#include "support/files.h"
#include "train/features.h"
#include "train/label_scores.h"
#include "train/labelled_data.h"
#include "train/objectives.h"

namespace groel::train {
namespace {

using groel::testing::TemporaryFolder;
using groel::testing::write_file;
using models::Classification;
using models::LabelOf;
using models::Problem;

const bio::EsmTokenizer kTokenizer = bio::EsmTokenizer::esm();

LabelledRows rows_of(const std::vector<std::string>& labels, const std::string& sequence = "MKVLA") {
  LabelledRows out{{"label"}, {}};
  for (std::size_t i = 0; i < labels.size(); ++i)
    out.rows.push_back({fmt::format("t.csv:{}", i + 2), sequence, "", {labels[i]}});
  return out;
}

template <class Call>
std::string complaint_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Labels, KindsAreInferred) {
  const auto kind = [](const std::vector<std::string>& labels) {
    return infer_classification({rows_of(labels), {}}, {});
  };
  EXPECT_EQ(kind({"b", "a", "b"}).problem, Problem::single_label);
  EXPECT_EQ(kind({"b", "a", "b"}).labels, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(kind({"10", "9", "0"}).labels, (std::vector<std::string>{"0", "9", "10"}));
  EXPECT_EQ(kind({"1.5", "2"}).problem, Problem::regression);
  EXPECT_EQ(kind({"1.5", "2"}).labels, (std::vector<std::string>{"label"}));
  EXPECT_EQ(kind({"a;b", "c", ""}).problem, Problem::multi_label);
  EXPECT_EQ(kind({"a;b", "c", ""}).labels, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(kind({"1.5", "n/a", "0.25"}).problem, Problem::regression) << "so that the stray text is found";
  EXPECT_EQ(kind({"1.5", "", "0.25"}).problem, Problem::regression);
  EXPECT_EQ(kind({"1.1", "1.1.1.1", "2.7.11.1"}).problem, Problem::single_label);
  const LabelledRows two{{"x", "y"}, {{"t:2", "MK", "", {"1", "0"}}, {"t:3", "MK", "", {"0", "1.0"}}}};
  EXPECT_EQ(infer_classification({two, {}}, {}).problem, Problem::multi_label);
  EXPECT_EQ(infer_classification({two, {}}, {}).labels, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(infer_classification({rows_of({"a", "b"}), rows_of({"c"})}, {}).labels.size(), 3U) << "held out alone";
  EXPECT_PRED2(has, complaint_of([&] { kind({"a", "a"}); }), "only one class");
}

TEST(Labels, OptionsThatContradictAreRefused) {
  const LabelledRows two{{"x", "y"}, {{"t:2", "MK", "", {"a", "b"}}}};
  const auto infer = [](const LabelledRows& rows, const LabelOptions& options) {
    return complaint_of([&] { infer_classification({rows, {}}, options); });
  };
  EXPECT_PRED2(has, infer(two, {.problem = "single-label"}), "name one column");
  EXPECT_PRED2(has, infer(two, {.label_of = LabelOf::token}), "name one column");
  EXPECT_PRED2(has, infer(rows_of({"HH"}), {.label_of = LabelOf::token, .problem = "regression"}), "one class");
  EXPECT_PRED2(has, infer(rows_of({"a"}), {.classes = {"a", "b", "a"}}), "'a' occurs twice");
}

// A model's outputs have an order of their own.
TEST(Labels, ColumnsFindTheirOutputsByName) {
  const Classification xy{LabelOf::sequence, Problem::regression, {"x", "y"}};
  const LabelledRows swapped{{"y", "x"}, {{"t:2", "MK", "", {"1.5", "2.5"}}}};
  EXPECT_EQ(encode_labels(swapped, xy, "", kTokenizer).values, (std::vector<float>{2.5F, 1.5F}));
  EXPECT_EQ(order_note(swapped.columns, xy), "");
  const LabelledRows others{{"b", "a"}, {{"t:2", "MK", "", {"1.5", "2.5"}}}};
  EXPECT_EQ(encode_labels(others, xy, "", kTokenizer).values, (std::vector<float>{1.5F, 2.5F}));
  EXPECT_EQ(order_note(others.columns, xy),
            "columns b, a are taken for x, y, in this order: none has the name of an output");
  const LabelledRows mixed{{"y", "z"}, {{"t:2", "MK", "", {"1.5", "2.5"}}}};
  EXPECT_PRED2(has, complaint_of([&] { encode_labels(mixed, xy, "", kTokenizer); }),
               "some of the columns y, z have names of outputs and some have none; the outputs are x, y");
  const Classification lists{LabelOf::sequence, Problem::multi_label, {"x", "y"}};
  const LabelledRows list{{"x"}, {{"t:2", "MK", "", {"y;x"}}}};
  EXPECT_EQ(encode_labels(list, lists, "", kTokenizer).values, (std::vector<float>{1, 1})) << "one column of sets";
  const LabelledRows one{{"x"}, {{"t:2", "MK", "", {"1.5"}}}};
  EXPECT_PRED2(has, complaint_of([&] { encode_labels(one, xy, "", kTokenizer); }), "1 label column for 2 outputs");
}

TEST(Labels, WhatDoesNotFitNamesItsRow) {
  const Classification ab{LabelOf::sequence, Problem::single_label, {"alpha", "beta"}};
  const auto encode = [](const LabelledRows& rows, const Classification& classes) {
    return complaint_of([&] { encode_labels(rows, classes, ".", kTokenizer); });
  };
  const std::string outside = encode(rows_of({"alpha", "betta"}), ab);
  EXPECT_PRED2(has, outside, "t.csv:3");
  EXPECT_PRED2(has, outside, "'betta' is none of the classes: alpha, beta");
  EXPECT_PRED2(has, outside, "did you mean 'beta'?");
  EXPECT_PRED2(has, encode(rows_of({""}), ab), "t.csv:2: the label is empty");
  EXPECT_PRED2(has, encode(rows_of({"x"}), {LabelOf::sequence, Problem::regression, {"y"}}), "'x' is not a number");
  for (const char* large : {"1e39", "-1e39"})  // finite, but not as the float that is learned
    EXPECT_PRED2(has, encode(rows_of({"1", large}), {LabelOf::sequence, Problem::regression, {"y"}}),
                 fmt::format("t.csv:3: the label '{}' is larger than numbers here can be (3.4e38)", large));
  EXPECT_PRED2(has, encode(rows_of({"3.4e38"}), {LabelOf::sequence, Problem::regression, {"y"}}), "none");
  EXPECT_PRED2(has, encode(rows_of({"nan"}), {LabelOf::sequence, Problem::regression, {"y"}}), "is not a number");
  EXPECT_PRED2(has, encode(rows_of({"HHH"}), {LabelOf::token, Problem::single_label, {"C", "H"}}),
               "3 labels for 5 residues");
  EXPECT_PRED2(has, encode(rows_of({"alpha"}, "MK1"), ab), "t.csv:2");
}

TEST(Labels, ResiduesWithoutALabelAreNoTargets) {
  const Classification ch{LabelOf::token, Problem::single_label, {"C", "H"}};
  const LabelledSet set = encode_labels(rows_of({"CH.HC", "H H . C C"}), ch, ".", kTokenizer);
  EXPECT_EQ(set.classes, (std::vector<std::int32_t>{0, 1, kNoTarget, 1, 0, 1, 1, kNoTarget, 0, 0}));
  EXPECT_EQ(set.counts, (std::vector<std::int64_t>{4, 4}));
  LabelledData data(set, ch, kTokenizer, {.max_residues = 3, .crop = CropStyle::start, .order = Order::as_written});
  const auto batch = data.next();
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->target_count, 4);
  const auto targets = batch->targets.values<std::int32_t>();
  EXPECT_EQ(std::vector<std::int32_t>(targets.begin(), targets.end()),
            (std::vector<std::int32_t>{kNoTarget, 0, 1, kNoTarget, kNoTarget, kNoTarget, 1, 1, kNoTarget, kNoTarget}));
}

TEST(Labels, TablesNameTheNearestColumn) {
  const TemporaryFolder folder;
  const std::string path = write_file(folder / "t.tsv", "Sequence\tLocation\tfold\nMKV\tx\t1\nMKL\ty\ttest\n");
  Sink quiet;
  EXPECT_EQ(read_labelled({path}, {"", {"location"}, ""}, quiet).rows[1].labels[0], "y");
  const std::string text = complaint_of([&] { read_labelled({path}, {"", {"Locatoin"}, ""}, quiet); });
  EXPECT_PRED2(has, text, "there is no column 'Locatoin'");
  EXPECT_PRED2(has, text, "did you mean `label_column` 'Location'?");
  EXPECT_PRED2(has, complaint_of([&] { read_labelled({path}, {}, quiet); }), "no column looks like a label");
  EXPECT_EQ(read_labelled({path}, {"", {"Location"}, "fold"}, quiet).rows[1].split, "test");
}

class Talk : public Sink {
 public:
  void note(std::string_view text) override { said += std::string(text) + "\n"; }
  void warning(std::string_view text) override { said += "warning: " + std::string(text) + "\n"; }
  std::string said;
};

// Labels that are left of a table, and what was said.
std::pair<std::vector<std::string>, std::string> labels_in(const std::string& text, const LabelColumns& columns = {}) {
  const TemporaryFolder folder;
  Talk talk;
  std::vector<std::string> labels;
  for (const LabelledRow& row : read_labelled({write_file(folder / "t.csv", text)}, columns, talk).rows)
    labels.push_back(row.labels.at(0));
  return {labels, talk.said};
}

TEST(Labels, MissingValuesAreLeftOutAndCounted) {
  using Texts = std::vector<std::string>;
  const auto [labels, said] = labels_in("sequence,label\nMKV,a\nnan,b\nMKL,b\nNA,a\nMKK,N/A\nMKI,\nMKA,none\n");
  EXPECT_EQ(labels, (Texts{"a", "b", "none"}));
  EXPECT_PRED2(has, said, "warning: 2 rows left out: no sequence, as in ");
  EXPECT_PRED2(has, said, "t.csv:3\n");
  EXPECT_PRED2(has, said, "warning: 2 rows left out: no label, as in ");
  EXPECT_EQ(labels_in("sequence,label\nMKV,+\nMKL,-\n").first, (Texts{"+", "-"})) << "signs are labels";
  EXPECT_EQ(labels_in("sequence,label\nMKV,x\nMKL,-\n").first, (Texts{"x"}));
  EXPECT_EQ(labels_in("sequence,label\nMKV,x;y\nMKL,\n").first, (Texts{"x;y", ""})) << "a set of none";
  EXPECT_EQ(labels_in("sequence,label\nMKV,H.H\nMKL,...\n").first, (Texts{"H.H", "..."})) << "one mark per residue";
  EXPECT_PRED2(has, complaint_of([] { labels_in("sequence,label\nnan,a\n"); }),
               "no row has both a sequence and a label");
}

TEST(Labels, TablesOfOtherCountriesAreRead) {
  using Texts = std::vector<std::string>;
  const auto [labels, said] = labels_in("# by hand\nsequence;label\nMKV;0,5\nMKL;1\nMKK;0,25\n");
  EXPECT_EQ(labels, (Texts{"0.5", "1", "0.25"}));
  EXPECT_PRED2(has, said, "column 'label': commas are read as decimal points");
  EXPECT_EQ(labels_in("sequence;label\nMKV;0,5\nMKL;0.5\n").first, (Texts{"0,5", "0.5"})) << "not consistent";
}

TEST(Labels, NucleotidesAndGapsAreToldOf) {
  const std::string gene = "ATGAAAACCGCGTATATTGCGAAACAGCGTCAGATTAGCTTTGTG";
  EXPECT_PRED2(has, labels_in("sequence,label\n" + gene + ",a\n" + gene + "A,b\n").second,
               "nucleotides (ACGTUN) alone");
  EXPECT_PRED2(has, labels_in("sequence,label\nMK-V,a\nMKL,b\n").second, "1 gap ");
  EXPECT_PRED2(has, labels_in("sequence,label\nMK-V,a\nMKL,b\n", {.gaps = io::Gaps::drop}).second, "1 record dropped");
}

TEST(Labels, EmptySplitsAreErrors) {
  LabelledRows rows = rows_of({"a", "b", "a"});
  rows.rows[0].split = "train";
  rows.rows[1].split = "4";
  rows.rows[2].split = "test";
  const std::string text = complaint_of([&] { split_rows(rows, {"valid"}); });
  EXPECT_PRED2(has, text, "no row is in the held-out split (valid)");
  EXPECT_PRED2(has, text, "'4' (1)");
  EXPECT_PRED2(has, complaint_of([&] { split_rows(rows, {"4", "dev"}, true); }), "no row is in split 'dev'; there are");
  const RowSplit split = split_rows(rows, {"4"});
  EXPECT_EQ(split.train.rows.size(), 1U);
  EXPECT_EQ(split.held_out.rows.size(), 1U);
  EXPECT_EQ(split.test.rows.size(), 1U);
  EXPECT_PRED2(has, complaint_of([&] { split_rows(rows, {"train", "4"}); }), "no row to learn from");
}

TEST(LabelScores, OfClassesLabelsAndNumbers) {
  LossSum sum;
  sum.loss = 3, sum.targets = 4, sum.correct = 3;
  sum.predictions = {2, {2, 0, 0, 1, 1, 0, 0, 3}, {0, 1, 1, 1}};
  const Scores one = label_scores(sum, {LabelOf::sequence, Problem::single_label, {"a", "b"}});
  EXPECT_DOUBLE_EQ(value_of(one, "loss"), 0.75);
  EXPECT_DOUBLE_EQ(value_of(one, "accuracy"), 0.75);
  EXPECT_NEAR(value_of(one, "f1"), (2.0 / 3 + 0.8) / 2, 1e-12);
  EXPECT_NEAR(value_of(one, "mcc"), (2 * 1 - 0) / std::sqrt(2.0 * 1 * 3 * 2), 1e-12);
  EXPECT_DOUBLE_EQ(value_of(one, "auroc"), 1.0);
  EXPECT_EQ(one.classes[1]["examples"], 3);
  sum.predictions = {2, {1, -1, -1, 1}, {1, 0, 0, 0}};
  const Scores several = label_scores(sum, {LabelOf::sequence, Problem::multi_label, {"a", "b"}});
  EXPECT_DOUBLE_EQ(value_of(several, "subset_accuracy"), 0.5);
  EXPECT_DOUBLE_EQ(value_of(several, "auroc"), 1.0) << "b has no example: only a counts";
  EXPECT_TRUE(several.classes[1]["auroc"].is_null());
  sum.predictions = {1, {1, 2, 3, 5}, {1, 2, 3, 4}};
  const Scores numbers = label_scores(sum, {LabelOf::sequence, Problem::regression, {"y"}});
  EXPECT_DOUBLE_EQ(value_of(numbers, "spearman"), 1);
  EXPECT_DOUBLE_EQ(value_of(numbers, "rmse"), 0.5);
  EXPECT_THROW(value_of(numbers, "mcc"), Error);
  for (const Scores* scores : {&one, &several, &numbers}) EXPECT_EQ(scores->named.size(), 6U);
}

checkpoints::Checkpoint with_head(const Classification& classes) {
  checkpoints::Checkpoint checkpoint =
      checkpoints::initial_checkpoint(models::family_named("esm").configure({2, 32, 4}), {3});
  EXPECT_TRUE(add_head(checkpoint, classes, 7));
  EXPECT_FALSE(add_head(checkpoint, classes, 7)) << "it has one for these classes now";
  return checkpoint;
}

// Features kept, in memory or on disk, give what running the trunk each time gives, to the bit.
TEST(Features, ChangeNoBit) {
  const TemporaryFolder folder;
  for (const LabelOf label_of : {LabelOf::sequence, LabelOf::token}) {
    const Classification classes{label_of, Problem::single_label, {"C", "H"}};
    LabelledRows rows = rows_of({});
    for (int i = 0; i < 9; ++i) {
      const std::string residues = std::string("MKVLAGHWCD").substr(static_cast<std::size_t>(i % 4));
      const std::string labels = label_of == LabelOf::token ? std::string("CHHCHCHHCC").substr(0, residues.size())
                                                            : std::string(i % 2 == 0 ? "C" : "H");
      rows.rows.push_back({"t", residues, "", {labels}});
    }
    const LabelledSet set = encode_labels(rows, classes, "", kTokenizer);
    LabelledData data(set, classes, kTokenizer, {.seed = 5, .batch_tokens = 40, .crop = CropStyle::start});
    const auto trainee = make_classifier(with_head(classes), {.trained = is_head});
    ASSERT_TRUE(trainee->frozen());
    const auto run = [&](TrainData& source) {
      std::vector<float> out;
      for (auto& p : trainee->parameters()) std::fill_n(p.grad.mutable_data<float>(), p.grad.count(), 0.0F);
      source.seek({1, 0});
      while (const auto batch = source.next()) {
        const LossSum sum = trainee->accumulate(*batch, 0.1);
        out.push_back(static_cast<float>(sum.loss));
      }
      for (const auto& p : trainee->parameters())
        out.insert(out.end(), p.grad.values<float>().begin(), p.grad.values<float>().end());
      return out;
    };
    const auto plain = run(data);
    for (const std::size_t limit : {std::size_t{1} << 30, std::size_t{0}}) {
      Sink quiet;
      FeatureData features(data, trainee->model(), {limit, folder.path(), "data"}, quiet);
      EXPECT_EQ(features.on_disk(), limit == 0);
      EXPECT_EQ(run(features), plain);
      EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "the file has no name any more";
    }
  }
}

}  // namespace
}  // namespace groel::train
