// Heads alone in training: data, losses, saving, resuming.
#include "train/head_trainee.h"

#include <gtest/gtest.h>
#include <algorithm>

#include <unistd.h>

#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/text_file.h"
#include "base/threads.h"
#include "bio/residues.h"
#include "checkpoints/head_file.h"
#include "ops/helpers.h"
#include "train/trainer.h"
#include "train/vector_data.h"

namespace groel::train {
namespace {

namespace fs = std::filesystem;

// Vectors of 4 numbers; the class is the largest of the first three.
struct HeadProblem {
  Tensor vectors;
  Tensor classes;
};

HeadProblem problem(std::int64_t count) {
  const Tensor x = test::random({count, 4}, 3);
  std::vector<std::int32_t> classes;
  for (std::int64_t i = 0; i < count; ++i) {
    const float* row = x.data<float>() + i * 4;
    classes.push_back(static_cast<std::int32_t>(std::max_element(row, row + 3) - row));
  }
  return {x, test::ints(classes)};
}

std::unique_ptr<HeadTrainee> mlp(double dropout = 0) {
  nn::HeadShape shape{.kind = "mlp", .inputs = 4, .outputs = 3, .hidden = {16}, .dropout = dropout};
  shape.batch_norm = dropout > 0 ? nn::BatchNorm::yes : nn::BatchNorm::no;
  return make_head_trainee({.shape = shape, .objective = {}, .seed = 2, .numbers = {}});
}

TrainerOptions options_for(const fs::path& folder, std::int64_t epochs) {
  TrainerOptions options{};
  options.folder = folder;
  options.length.epochs = epochs;
  options.schedule.kind = ScheduleKind::constant;
  options.schedule.rate = 1e-2;
  options.saving.every = 0;
  return options;
}

class Quiet final : public Sink {
 public:
  void note(std::string_view) override {}
  void progress(const Progress&) override {}
  void progress_done() override {}
};

class HeadTraining : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_ = fs::temp_directory_path() / fmt::format("groel-heads-{}", ::getpid());
  Quiet sink_;
};

TEST(VectorData, GivesEverySequenceOnceAndTheSameAfterASeek) {
  const auto source = residue_vectors(test::random({12, 4}, 1), {0, 3, 3, 8, 12});
  VectorData data(*source, {test::ints({5, 6, 7, 8})}, all_sequences(*source), {.seed = 4, .batch = 3});
  EXPECT_EQ(data.batches_in_epoch(0), 2);
  data.seek({1, 0});
  std::vector<std::int64_t> seen;
  while (const auto batch = data.next()) {
    const auto bounds = batch->bounds.values<std::int32_t>();
    ASSERT_EQ(bounds.size(), batch->sequences.size() + 1);
    for (std::size_t b = 0; b < batch->sequences.size(); ++b) {
      const std::int64_t sequence = batch->sequences[b];
      EXPECT_EQ(batch->targets.data<std::int32_t>()[b], 5 + sequence);
      ASSERT_EQ(bounds[b + 1] - bounds[b], source->rows(sequence));
      std::vector<float> rows(static_cast<std::size_t>(4 * source->rows(sequence)));
      source->read(sequence, rows.data());
      EXPECT_TRUE(std::equal(rows.begin(), rows.end(), batch->features.data<float>() + 4 * bounds[b]));
      seen.push_back(sequence);
    }
  }
  const std::vector<std::int64_t> order = seen;
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, all_sequences(*source));
  EXPECT_EQ(data.position(), (DataPosition{2, 0}));
  data.seek({1, 3});
  EXPECT_EQ(data.next()->sequences.front(), order[3]);
}

TEST(VectorData, BatchesOfResiduesAreLimitedAndLabelled) {
  const auto source = one_hot_residues({"ACD", "wX", "YYYYY", "A"});
  VectorOptions options{.batch = 10, .batch_residues = 5, .order = Order::as_written};
  const std::vector<std::int32_t> labels{0, 1, -100, 3, 4, 5, 6, 7, 8, 9, 10};
  VectorData data(*source, {test::ints(labels), nn::LabelsOf::residues}, all_sequences(*source), options);
  const auto first = data.next();
  EXPECT_EQ(first->sequences, (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(first->target_count, 4);
  EXPECT_EQ(first->size(), 5);
  const auto one = [&](std::int64_t row, std::int64_t column) {
    return first->features.data<float>()[row * 21 + column];
  };
  EXPECT_EQ(one(0, 0) + one(1, 1) + one(2, 2) + one(3, 18) + one(4, 20), 5);
  const auto all = first->features.values<float>();
  EXPECT_EQ(std::accumulate(all.begin(), all.end(), 0.0F), 5);
  EXPECT_EQ(data.next()->targets.values<std::int32_t>()[0], 5);
  EXPECT_EQ(data.next()->sequences, (std::vector<std::int64_t>{3}));
  EXPECT_FALSE(data.next());
  EXPECT_THROW(VectorData(*source, {test::ints(labels), nn::LabelsOf::residues}, {}, options), Error);
}

TEST_F(HeadTraining, LearnsAndWhatIsSavedSaysTheSame) {
  const HeadProblem p = problem(200);
  const auto source = sequence_vectors(p.vectors);
  VectorData data(*source, {p.classes}, all_sequences(*source), {.seed = 1, .batch = 20});
  const auto trainee = mlp();
  train({.trainee = *trainee, .data = data, .sink = sink_}, options_for(folder_, 20), Start::fresh);
  const LossSum sum = evaluate_all(*trainee, data);
  EXPECT_EQ(sum.targets, 200);
  EXPECT_GT(sum.correct, 185);
  EXPECT_EQ(sum.predictions.values.size(), 600U);
  const auto loaded = checkpoints::load_head(folder_);
  EXPECT_EQ(loaded->shape().hidden, (std::vector<std::int64_t>{16}));
  TrainBatch batch;
  batch.features = p.vectors;
  EXPECT_TRUE(test::same_bits((*loaded)({p.vectors, {}}), trainee->outputs(batch)));
}

// Batch norm's statistics and dropout included.
TEST_F(HeadTraining, AResumedRunGivesTheSameBitsOnAnyThreads) {
  const HeadProblem p = problem(50);
  const auto source = sequence_vectors(p.vectors);
  const auto run = [&](const fs::path& folder, std::int64_t epochs, Start start) {
    VectorData data(*source, {p.classes}, all_sequences(*source), {.seed = 1, .batch = 12});
    const auto trainee = mlp(0.3);
    TrainerOptions options = options_for(folder, epochs);
    options.saving.every = 7;
    train({.trainee = *trainee, .data = data, .sink = sink_}, options, start);
    return read_text(folder / "head.safetensors");
  };
  const std::string whole = run(folder_ / "whole", 6, Start::fresh);
  set_num_threads(1);
  EXPECT_NE(run(folder_ / "parts", 3, Start::fresh), whole);
  EXPECT_EQ(run(folder_ / "parts", 6, Start::resume), whole);
  set_num_threads(0);
}

TEST_F(HeadTraining, ARegressionStartsAtItsMeanWhateverTheUnit) {
  for (const float unit : {1e-3F, 1e4F}) {
    const Tensor x = test::random({100, 4}, 1);
    Tensor y = Tensor::empty({100, 1});
    for (std::int64_t i = 0; i < 100; ++i)
      y.mutable_data<float>()[i] = unit * (50 + x.data<float>()[4 * i] - 2 * x.data<float>()[4 * i + 2]);
    const auto source = sequence_vectors(x);
    VectorData data(*source, {y}, all_sequences(*source), {.seed = 1, .batch = 10});
    const auto trainee = make_head_trainee({.shape = {.kind = "linear", .inputs = 4, .outputs = 1},
                                            .objective = {.problem = models::Problem::regression, .weights = {}},
                                            .seed = 2,
                                            .numbers = y});
    EXPECT_LT(evaluate_all(*trainee, data).mean(), 3);  // shares of the variance
    train({.trainee = *trainee, .data = data, .sink = sink_}, options_for(folder_, 40), Start::replace);
    EXPECT_LT(evaluate_all(*trainee, data).mean(), 1e-3);
    const auto loaded = checkpoints::load_head(folder_);
    EXPECT_NEAR((*loaded)({x, {}}).data<float>()[7] / unit, y.data<float>()[7] / unit, 0.2);
  }
}

// A class of weight 3 counts as three of weight 1.
TEST(HeadTrainee, ClassWeightsAreThoseOfRepeatedTargets) {
  const HeadProblem p = problem(3);
  const auto gradient = [&](const std::vector<std::int32_t>& rows, const Tensor& weights) {
    const auto trainee = make_head_trainee({.shape = {.kind = "linear", .inputs = 4, .outputs = 3},
                                            .objective = {.problem = models::Problem::single_label, .weights = weights},
                                            .seed = 2,
                                            .numbers = {}});
    TrainBatch batch;
    batch.features = Tensor::empty({static_cast<std::int64_t>(rows.size()), 4});
    std::vector<std::int32_t> classes;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      batch.features.rows(static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1)
          .copy_from(p.vectors.rows(rows[i], rows[i] + 1));
      classes.push_back(rows[i] == 0 ? 1 : 0);
    }
    batch.targets = test::ints(classes);
    trainee->accumulate(batch, 0.5);
    return trainee->parameters().front().grad;
  };
  EXPECT_LT(test::relative_error(gradient({0, 1, 2}, Tensor::of<float>({3}, {1, 3, 1})), gradient({0, 0, 0, 1, 2}, {})),
            1e-6);
}

// A head of vectors gets the mean over the residues of a source of residues; one over residues learns from them.
TEST_F(HeadTraining, ResiduesReachEveryKind) {
  std::vector<std::string> sequences;
  std::vector<std::int32_t> classes;
  for (int i = 0; i < 40; ++i) {
    classes.push_back(i % 2);
    sequences.push_back(std::string(static_cast<std::size_t>(3 + i % 5), 'G') + (i % 2 == 0 ? "AKA" : "WDW") + "GG");
  }
  const auto source = one_hot_residues(sequences);
  for (const std::string& kind : nn::head_kinds()) {
    SCOPED_TRACE(kind);
    VectorData data(*source, {test::ints(classes)}, all_sequences(*source), {.seed = 1, .batch = 8});
    nn::HeadShape shape{.kind = kind, .inputs = bio::kOneHotWidth, .outputs = 2};
    if (kind == "transformer") shape.hidden = {16};
    if (kind == "lstm") shape.hidden = {8};
    const auto trainee = make_head_trainee({.shape = shape, .objective = {}, .seed = 2, .numbers = {}});
    train({.trainee = *trainee, .data = data, .sink = sink_}, options_for(folder_, 8), Start::replace);
    EXPECT_EQ(evaluate_all(*trainee, data).correct, 40);
    const auto loaded = checkpoints::load_head(folder_);
    EXPECT_EQ(loaded->shape().kind, kind);
  }
}

TEST_F(HeadTraining, AFileThatDoesNotFitIsRefused) {
  const auto trainee = mlp();
  std::vector<NamedTensor> tensors = named_values(trainee->parameters());
  nn::HeadShape other = trainee->head().shape();
  other.hidden = {8};
  checkpoints::write_head(folder_, other, tensors);
  EXPECT_THROW(checkpoints::load_head(folder_), Error);
  nlohmann::json shape = checkpoints::to_json(trainee->head().shape());
  EXPECT_EQ(checkpoints::to_json(checkpoints::head_shape(shape, "x")), checkpoints::to_json(trainee->head().shape()));
  shape["colour"] = "red";
  EXPECT_THROW(checkpoints::head_shape(shape, "x"), Error);
  shape.erase("colour");
  shape.erase("kernel");
  EXPECT_THROW(checkpoints::head_shape(shape, "x"), Error);
}

}  // namespace
}  // namespace groel::train
