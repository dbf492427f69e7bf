// Models in training: adapters, poolings, gradients that do not depend on how they are computed, saving.
#include <gtest/gtest.h>

#include <unistd.h>

#include "base/error.h"
#include "base/threads.h"
#include "bio/esm_tokenizer.h"
#include "checkpoints/adapter.h"
#include "checkpoints/initial.h"
#include "support/golden.h"
#include "support/train_batch.h"
#include "train/mlm.h"
#include "train/objectives.h"

namespace groel {
namespace {

using testing::Golden;

checkpoints::Checkpoint checkpoint_of(const Golden& golden) { return checkpoints::read_checkpoint(golden.folder); }

train::TrainBatch first_batch(const std::string& name) {
  const auto form = name.ends_with("mlm") ? testing::LabelForm::token_classes : testing::LabelForm::sequence_classes;
  return testing::read_batch(Golden(name).inputs["batches"][0], form, bio::EsmTokenizer::esm());
}

// Logits of a classifier on a batch, by the model's own capabilities.
Tensor classify(const train::Trainee& trainee, const models::Batch& batch) {
  const models::Model& model = dynamic_cast<const train::ModelTrainee&>(trainee).model();
  const Tensor hidden = models::require<models::Encoder>(model).encode(batch, {});
  return models::require<models::Classifier>(model).classify(hidden, batch);
}

TEST(Adapters, AnAdapterMergesUnmergesAndIsWrittenAsItWasRead) {
  const Golden golden("train-esm2-cls-lora");
  const checkpoints::Adapter adapter = checkpoints::read_adapter(golden.folder);
  const std::string name = "esm.encoder.layer.1.attention.self.value.weight";
  const auto values = [&](const checkpoints::Checkpoint& c) {
    const io::Array& array = c.arrays.at(name);
    return std::span(reinterpret_cast<const float*>(array.bytes.data()), array.bytes.size() / sizeof(float));
  };
  checkpoints::Checkpoint merged = checkpoint_of(golden);
  checkpoints::merge_adapter(merged, adapter);
  EXPECT_GT(testing::max_difference(values(merged), values(checkpoint_of(golden))), 1e-3);
  checkpoints::unmerge_adapter(merged, adapter);
  EXPECT_LT(testing::max_difference(values(merged), values(checkpoint_of(golden))), 1e-7);

  const models::TrainingPlan plan{.trained = train::is_head, .lora = checkpoints::lora_options(adapter)};
  const auto trainee = train::make_classifier(checkpoint_of(golden), plan);
  checkpoints::load_adapter(adapter, train::named_values(trainee->parameters()));
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("groel-lora-{}", ::getpid());
  std::filesystem::create_directories(folder);
  checkpoints::write_adapter(folder, train::named_values(trainee->parameters()), *plan.lora, {"SEQ_CLS", ""});
  const checkpoints::Adapter again = checkpoints::read_adapter(folder);
  std::filesystem::remove_all(folder);
  ASSERT_EQ(again.tensors.size(), adapter.tensors.size());
  for (const auto& [key, array] : adapter.tensors)
    EXPECT_TRUE(std::ranges::equal(array.bytes, again.tensors.at(key).bytes)) << key;
  EXPECT_EQ(again.config["task_type"], "SEQ_CLS");
}

TEST(Adapters, WhatDoesNotFitIsSaid) {
  const Golden golden("train-esm2-cls-lora");
  checkpoints::Adapter adapter = checkpoints::read_adapter(golden.folder);
  EXPECT_THROW(train::make_classifier(checkpoint_of(golden),
                                      {.trained = train::is_head, .lora = nn::LoraOptions{4, 8, {"nothing"}, 0}}),
               Error);
  EXPECT_THROW(train::make_classifier(checkpoint_of(golden),
                                      {.trained = train::is_head, .lora = nn::LoraOptions{4000, 8, {"query"}, 0}}),
               Error);
  const auto trainee = train::make_classifier(checkpoint_of(golden),
                                              {.trained = train::is_head, .lora = nn::LoraOptions{2, 8, {"query"}, 0}});
  EXPECT_THROW(checkpoints::load_adapter(adapter, train::named_values(trainee->parameters())), Error);
}

// The same head on the mean over the residues: what it reads, worked out by hand.
TEST(Pooling, AHeadOfTheMeanReadsTheResidues) {
  const Golden golden("train-esm2-cls");
  checkpoints::Checkpoint mean = checkpoint_of(golden);
  mean.config["classifier_pooling"] = "mean";
  for (const char* name : {"dense.weight", "dense.bias", "out_proj.weight", "out_proj.bias"}) {
    auto node = mean.arrays.extract("classifier." + std::string(name));
    node.key() = "classifier.mean." + std::string(name);
    mean.arrays.insert(std::move(node));
  }
  const auto by_mean = train::make_classifier(std::move(mean));
  const auto by_cls = train::make_classifier(checkpoint_of(golden));
  const models::Batch batch = first_batch("train-esm2-cls").input;
  const models::Model& model = dynamic_cast<const train::ModelTrainee&>(*by_cls).model();
  const Tensor hidden = models::require<models::Encoder>(model).encode(batch, {});
  const auto cu = batch.cu_seqlens.values<std::int32_t>();
  const std::int64_t width = hidden.size(1);
  Tensor rows = Tensor::zeros({batch.sequences(), width});
  for (std::int64_t b = 0; b < batch.sequences(); ++b) {
    const std::int32_t first = cu[static_cast<std::size_t>(b)] + 1;
    const std::int32_t last = cu[static_cast<std::size_t>(b) + 1] - 1;
    for (std::int32_t t = first; t < last; ++t)
      for (std::int64_t c = 0; c < width; ++c)
        rows.mutable_data<float>()[b * width + c] +=
            hidden.data<float>()[t * width + c] / static_cast<float>(last - first);
  }
  const Tensor expected = models::require<models::Classifier>(model).classify(rows);
  EXPECT_LT(testing::relative_l2(classify(*by_mean, batch).values<float>(), expected.values<float>()), 1e-5);
  EXPECT_GT(testing::relative_l2(classify(*by_cls, batch).values<float>(), expected.values<float>()), 1e-3);
  checkpoints::Checkpoint wrong = checkpoint_of(golden);
  wrong.config["classifier_pooling"] = "max";
  EXPECT_THROW(train::make_classifier(std::move(wrong)), Error);
}

std::vector<float> gradients(train::Trainee& trainee, const train::TrainBatch& batch) {
  trainee.accumulate(batch, 0.01);
  std::vector<float> out;
  for (const auto& p : trainee.parameters())
    out.insert(out.end(), p.grad.values<float>().begin(), p.grad.values<float>().end());
  return out;
}

std::vector<float> first_gradients(const models::TrainingPlan& plan, std::uint64_t key = 1, double dropout = 0) {
  nlohmann::json config = models::family_named("esm").configure({2, 64, 4});
  config["hidden_dropout_prob"] = dropout;
  const auto trainee = train::make_mlm(checkpoints::initial_checkpoint(config, {5}), plan);
  train::TrainBatch batch = first_batch("train-esm2-mlm");
  batch.key = key;
  return gradients(*trainee, batch);
}

TEST(Training, RecomputingChangesNoBit) {
  for (const auto precision : {ops::Precision::f32, ops::Precision::bf16})
    for (const double dropout : {0.0, 0.3}) {
      const auto kept = first_gradients({.precision = precision}, 1, dropout);
      EXPECT_EQ(kept, first_gradients({.precision = precision, .recompute = models::Recompute::blocks}, 1, dropout));
    }
}

TEST(Training, ThreadsChangeNoBit) {
  for (const auto precision : {ops::Precision::f32, ops::Precision::bf16}) {
    set_num_threads(1);
    const auto one = first_gradients({.precision = precision});
    set_num_threads(2);
    EXPECT_EQ(first_gradients({.precision = precision}), one);
    set_num_threads(0);
  }
}

TEST(Training, DropoutFollowsItsKey) {
  const auto one = first_gradients({}, 1, 0.2);
  EXPECT_EQ(first_gradients({}, 1, 0.2), one);
  EXPECT_NE(first_gradients({}, 2, 0.2), one);
}

TEST(Training, Bf16GradientsAreCloseToF32) {
  EXPECT_LT(testing::relative_l2(first_gradients({.precision = ops::Precision::bf16}), first_gradients({})), 2e-2);
}

TEST(Training, AFrozenBottomGivesTheTopTheSameGradients) {
  const Golden golden("train-esm2-mlm");
  const auto top = [](const nn::Parameter& p) { return p.place.block == 1 || p.place.head; };
  const auto trainee = train::make_mlm(checkpoint_of(golden), {.trained = top});
  const train::TrainBatch batch = first_batch("train-esm2-mlm");
  trainee->accumulate(batch, 1.0 / static_cast<double>(batch.target_count));
  EXPECT_EQ(trainee->parameters().size(), 21U);
  for (const auto& p : trainee->parameters())
    EXPECT_LT(testing::relative_l2(p.grad.values<float>(), golden.values("grad." + p.name)), 1e-5) << p.name;
}

TEST(Training, WhatIsSavedLoadsAndSaysTheSame) {
  const auto trainee =
      train::make_mlm(checkpoints::initial_checkpoint(models::family_named("esm").configure({2, 64, 4}), {5}));
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("groel-save-{}", ::getpid());
  std::filesystem::create_directories(folder);
  checkpoints::write_model(folder, trainee->saved_model());
  const auto again = train::make_mlm(checkpoints::read_checkpoint(folder));
  const checkpoints::LoadedModel loaded = checkpoints::load_model(folder);
  std::filesystem::remove_all(folder);
  const train::TrainBatch batch = first_batch("train-esm2-mlm");
  const auto hidden = [&](const models::Model& model) {
    return models::require<models::Encoder>(model).encode(batch.input, {});
  };
  const Tensor expected = hidden(dynamic_cast<const train::ModelTrainee&>(*trainee).model());
  EXPECT_EQ(testing::max_difference(hidden(*loaded.model).values<float>(), expected.values<float>()), 0);
  EXPECT_EQ(again->evaluate(batch).loss, trainee->evaluate(batch).loss);
}

TEST(Training, ANewModelKnowsNothingAndIsDrawnAsHuggingFaceDoes) {
  const auto trainee =
      train::make_mlm(checkpoints::initial_checkpoint(models::family_named("esm").configure({2, 64, 4}), {5}));
  const train::TrainBatch batch = first_batch("train-esm2-mlm");
  EXPECT_NEAR(trainee->evaluate(batch).mean(), std::log(33.0), 0.3);
  for (const auto& p : trainee->parameters()) {
    double sum = 0;
    for (const float value : p.value.values<float>()) sum += double{value} * value;
    const double deviation = std::sqrt(sum / static_cast<double>(p.value.count()));
    const bool norm = p.name.find("orm") != std::string::npos && p.name.ends_with("weight");
    EXPECT_NEAR(deviation, norm ? 1 : p.name.ends_with("bias") ? 0 : 0.02, 1e-3) << p.name;
  }
}

}  // namespace
}  // namespace groel
