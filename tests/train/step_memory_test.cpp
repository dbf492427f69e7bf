// The predicted memory of a training step, compared with what the pool really holds, for every family.
#include <gtest/gtest.h>

#include <thread>

#include "base/threads.h"
#include "checkpoints/initial.h"
#include "models/family.h"
#include "tensor/storage.h"
#include "train/mlm.h"
#include "train/objectives.h"

namespace groel::train {
namespace {

constexpr models::ModelShape kShapes[] = {{2, 64, 4}, {6, 320, 20}};
const std::vector<std::int64_t> kTokens{300, 77, 150, 41};

struct Case {
  const char* name;
  bool classes;
  models::TrainingPlan plan;
};

std::vector<Case> cases(ops::Precision precision) {
  const nn::LoraOptions lora{.rank = 4, .alpha = 8, .targets = {"query", "value", "q_proj", "v_proj", "c_attn"}};
  return {{"full", false, {.precision = precision}},
          {"checkpointing", false, {.precision = precision, .recompute = models::Recompute::blocks}},
          {"adapters", false, {.precision = precision, .lora = lora}},
          {"frozen trunk", true, {.precision = precision, .trained = is_head}}};
}

bool is_causal(const models::Family& family) { return family.name == "gpt2"; }

std::unique_ptr<ModelTrainee> trainee_of(const models::Family& family, const models::ModelShape& shape, const Case& c) {
  checkpoints::Checkpoint checkpoint = checkpoints::initial_checkpoint(family.configure(shape), {1});
  if (!c.classes && is_causal(family)) return make_clm(std::move(checkpoint), c.plan);
  if (!c.classes) return make_mlm(std::move(checkpoint), c.plan);
  add_head(checkpoint, {.labels = {"a", "b", "c"}}, 1);
  return make_classifier(std::move(checkpoint), c.plan);
}

// Of a causal model every token is a target.
TrainBatch batch_of(const ModelTrainee& trainee, bool classes) {
  const bool causal = trainee.model().info().family == "gpt2";
  std::vector<std::vector<std::int32_t>> sequences;
  for (const std::int64_t count : kTokens) sequences.push_back(trainee.model().tokenizer().example(count));
  TrainBatch batch{.input = models::Batch::pack(sequences, trainee.model().tokenizer()),
                   .targets = {},
                   .sequences = {},
                   .features = {}};
  std::vector<std::int32_t> targets;
  for (std::int64_t t = 0; t < batch.input.token_count(); ++t) targets.push_back(causal || t % 7 == 0 ? 5 : kNoTarget);
  batch.targets = classes
                      ? Tensor::zeros({batch.input.sequences()}, DType::i32)
                      : Tensor::of<std::int32_t>({batch.input.token_count()}, std::span<const std::int32_t>(targets));
  return batch;
}

// What the pool holds more after the step, on a thread that has kept nothing yet.
std::size_t held_by(ModelTrainee& trainee, const TrainBatch& batch) {
  set_num_threads(1);
  std::size_t held = 0;
  std::thread([&] {
    release_cached_memory();
    const std::size_t before = memory_statistics().live;
    trainee.accumulate(batch, 1);
    held = memory_statistics().live + memory_statistics().cached - before;
  }).join();
  return held;
}

TEST(StepMemory, IsWhatThePoolHolds) {
  for (const models::Family& family : models::families())
    for (const models::ModelShape& shape : kShapes)
      for (const ops::Precision precision : {ops::Precision::f32, ops::Precision::bf16})
        for (const Case& c : cases(precision)) {
          const auto trainee = trainee_of(family, shape, c);
          const auto measured = static_cast<double>(held_by(*trainee, batch_of(*trainee, c.classes)));
          const auto planned = static_cast<double>(trainee->step_bytes(kTokens));
          const std::string name = fmt::format("{} of width {}, {}, {}", family.name, shape.width,
                                               precision == ops::Precision::f32 ? "f32" : "bf16", c.name);
          EXPECT_NEAR(planned / measured, 1, 0.1) << name << ": " << planned << " planned, " << measured << " measured";
          ::testing::Test::RecordProperty(name, std::to_string(planned / measured));
        }
  set_num_threads(0);
}

}  // namespace
}  // namespace groel::train
