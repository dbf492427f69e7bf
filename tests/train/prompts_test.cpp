// Several tasks in one run: their batches, and the gradients of prompts as slopes of the loss.
#include <gtest/gtest.h>

#include "base/error.h"
#include "checkpoints/prompts.h"
#include "train/mlm_data.h"
#include "train/pair_data.h"
#include "train/prompt_trainee.h"
#include "train/task_mix.h"

namespace groel::train {
namespace {

const std::string kTrunk = std::string(GROEL_TEST_DATA) + "/prompts-tiny/";

checkpoints::Checkpoint prompted(const std::string& trunk, const nn::PromptShape& shape) {
  checkpoints::Checkpoint out = checkpoints::read_checkpoint(kTrunk + trunk);
  checkpoints::add_new_prompts(out, shape, 7);
  // As drawn they are near 0, and a norm before the first block would make steps of them.
  for (auto& [name, array] : out.arrays)
    if (checkpoints::is_of_prompts(name)) {
      std::vector<float> values(array.bytes.size() / sizeof(float));
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = 0.5F * static_cast<float>(static_cast<int>(i * 37 % 17) - 8) / 8;
      const auto kept = std::make_shared<const std::vector<float>>(values);
      array = {DType::f32, array.shape, std::as_bytes(std::span(*kept)), kept};
    }
  return out;
}

class Material {
 public:
  explicit Material(const bio::Tokenizer& tokenizer) : tokenizer_(tokenizer) {
    for (const char* sequence : {"MKTAYIAKQRQ", "SHFSRQLEERLGLI", "QAPILS", "SGAEKAVQVKVKALPDA", "AQFEVV"}) {
      const bio::Encoded encoded = tokenizer.encode(sequence);
      corpus.add(encoded.ids_of(0, encoded.residues()), sequence);
    }
    pairs.pairs = {{0, 1}, {2, 3}, {4, 0}, {1, 4}};
    pairs.classes = {1, 0, 1, 0};
  }
  PairData pair_data(std::int64_t tokens, Order order = Order::shuffled) const {
    return {corpus,
            pairs,
            {0, 1, 2, 3},
            tokenizer_,
            {.seed = 3, .batch_tokens = tokens, .crop = CropStyle::start, .order = order}};
  }
  MlmData masked_data(std::int64_t tokens) const {
    return {corpus,
            all_of(corpus),
            tokenizer_,
            {.seed = 3, .batch_tokens = tokens, .masking = {.fraction = 0.3, .seed = 3}}};
  }

  Corpus corpus;
  LabelledPairs pairs;

 private:
  const bio::Tokenizer& tokenizer_;
};

std::vector<PromptTask> tasks() {
  return {{"language", PromptTaskKind::masked, {"seq"}, 1, 0}, {"meeting", PromptTaskKind::pairs, {"ic"}, 0.5, 2}};
}

struct Step {
  std::unique_ptr<PromptTrainee> trainee;
  TrainBatch batch;
};

Step step_of(const std::string& trunk, const nn::PromptShape& shape) {
  Step out;
  out.trainee = std::make_unique<PromptTrainee>(
      prompted(trunk, shape), tasks(),
      models::TrainingPlan{.trained = [](const nn::Parameter& p) { return checkpoints::is_of_prompts(p.name); }}, 1);
  const Material material(out.trainee->model().tokenizer());
  MlmData masked = material.masked_data(200);
  PairData pairs = material.pair_data(200);
  TaskMix mix({{&masked, 1}, {&pairs, 1}}, TaskMix::Pass::steps);
  out.batch = *mix.next();
  return out;
}

// Central differences of the loss against the gradient, for some numbers of every prompt and gate.
void expect_slopes(const Step& step) {
  step.trainee->accumulate(step.batch, 1);
  int compared = 0;
  for (TrainedParameter& p : step.trainee->parameters()) {
    const Tensor gradient = p.grad.clone();
    for (std::int64_t i = 0; i < p.value.count(); i += std::max<std::int64_t>(1, p.value.count() / 5)) {
      constexpr float kStep = 4e-3F;
      float& value = p.value.mutable_data<float>()[i];
      const float before = value;
      const auto loss = [&](float at) {
        value = at;
        step.trainee->parameters_changed();
        return step.trainee->evaluate(step.batch).mean();
      };
      const double slope = (loss(before + kStep) - loss(before - kStep)) / (2 * kStep);
      loss(before);
      EXPECT_NEAR(slope, gradient.data<float>()[i], 2e-3 * (1 + std::abs(slope))) << p.name << " " << i;
      ++compared;
    }
  }
  EXPECT_GE(compared, 10);
}

TEST(PromptTrainee, GradientsAreSlopes) {
  for (const std::string trunk : {"esm1b", "esm2"}) {
    expect_slopes(step_of(trunk, {.prompts = {{"seq", 2}, {"ic", 3}}}));
    expect_slopes(step_of(trunk, {.prompts = {{"seq", 2}, {"ic", 3}}, .together = true}));
    expect_slopes(
        step_of(trunk, {.prompts = {{"seq", 2}, {"ic", 3}}, .together = true, .gated = true, .token_dropout = false}));
  }
}

// What a task does not use gets no gradient at all.
TEST(PromptTrainee, ATaskTrainsItsOwnPrompts) {
  Step step = step_of("esm2", {.prompts = {{"seq", 2}, {"ic", 3}}});
  step.batch.parts.pop_back();  // the pairs
  step.trainee->accumulate(step.batch, 1);
  for (const TrainedParameter& p : step.trainee->parameters()) {
    const auto values = p.grad.values<float>();
    const bool any = std::any_of(values.begin(), values.end(), [](float v) { return v != 0; });
    EXPECT_EQ(any, p.name == "prompts.seq.weight") << p.name;
  }
}

TEST(PromptTrainee, RefusesPromptsThatThereAreNot) {
  auto wrong = tasks();
  wrong[0].prompts = {"other"};
  EXPECT_THROW(PromptTrainee(prompted("esm2", {.prompts = {{"seq", 2}, {"ic", 3}}}), wrong, {}), Error);
  EXPECT_THROW(PromptTrainee(checkpoints::read_checkpoint(kTrunk + "esm2"), tasks(), {}), Error);
}

std::shared_ptr<const bio::Tokenizer> tokenizer() {
  return checkpoints::tokenizer_of(checkpoints::read_checkpoint(kTrunk + "esm2"));
}

TEST(PairData, GivesBothEndsOfEveryPairOnce) {
  const auto tokens = tokenizer();
  const Material material(*tokens);
  PairData data = material.pair_data(40, Order::as_written);
  std::vector<std::int64_t> seen;
  std::int64_t batches = 0;
  while (const auto batch = data.next()) {
    ++batches;
    EXPECT_EQ(batch->input.sequences(), 2 * static_cast<std::int64_t>(batch->sequences.size()));
    EXPECT_LE(batch->size(), 40);
    for (std::size_t i = 0; i < batch->sequences.size(); ++i) {
      seen.push_back(batch->sequences[i]);
      EXPECT_EQ(batch->targets.values<std::int32_t>()[i],
                material.pairs.classes[static_cast<std::size_t>(seen.back())]);
    }
  }
  EXPECT_EQ(seen, (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(batches, data.batches_in_epoch(0));
}

TEST(PairData, CropsWhatHasNoRoom) {
  const auto tokens = tokenizer();
  const Material material(*tokens);
  PairData data = material.pair_data(16);
  EXPECT_EQ(data.cropped(), 5);  // of 11, 14 and 17 residues: six fit
  const auto batch = data.next();
  ASSERT_TRUE(batch);
  EXPECT_LE(batch->size(), 16);
  EXPECT_THROW(material.pair_data(4), Error);
}

TEST(TaskMix, TasksComeAsOftenAsTheirRates) {
  const auto tokens = tokenizer();
  const Material material(*tokens);
  MlmData masked = material.masked_data(20);
  PairData pairs = material.pair_data(40);
  TaskMix mix({{&masked, 1}, {&pairs, 0.4}}, TaskMix::Pass::steps);
  int steps = 0, with_pairs = 0;
  while (steps < 10)
    if (const auto batch = mix.next()) {
      ++steps;
      with_pairs += batch->parts.size() == 2;
      EXPECT_EQ(batch->target_count, 1);
      EXPECT_EQ(batch->parts[0].task, 0U);
    }
  EXPECT_EQ(with_pairs, 4);
  EXPECT_THROW(TaskMix({{&masked, 1}, {&pairs, 0.0}}, TaskMix::Pass::steps), Error);
}

TEST(TaskMix, GoesBackToAPlace) {
  const auto tokens = tokenizer();
  const Material material(*tokens);
  const auto tokens_of = [](const TrainBatch& batch) {
    std::vector<std::int32_t> out;
    for (const TrainBatch& part : batch.parts) {
      const auto ids = part.input.tokens.values<std::int32_t>();
      out.insert(out.end(), ids.begin(), ids.end());
    }
    return out;
  };
  MlmData masked = material.masked_data(20), masked_again = material.masked_data(20);
  PairData pairs = material.pair_data(40), pairs_again = material.pair_data(40);
  TaskMix mix({{&masked, 1}, {&pairs, 0.5}}, TaskMix::Pass::steps),
      again({{&masked_again, 1}, {&pairs_again, 0.5}}, TaskMix::Pass::steps);
  for (int i = 0; i < 7; ++i) (void)mix.next();
  again.seek(mix.position());
  for (int i = 0; i < 5; ++i) {
    const auto ours = mix.next(), theirs = again.next();
    ASSERT_EQ(ours.has_value(), theirs.has_value());
    if (ours) {
      EXPECT_EQ(tokens_of(*ours), tokens_of(*theirs));
    }
  }
  EXPECT_THROW(again.seek({-1, 0}), Error);
}

TEST(TaskMix, AnEvaluationHasEveryBatchOnce) {
  const auto tokens = tokenizer();
  const Material material(*tokens);
  PairData pairs = material.pair_data(40, Order::as_written);
  TaskMix mix({{nullptr, 1}, {&pairs, 1}}, TaskMix::Pass::all_once);
  for (int round = 0; round < 2; ++round) {
    std::int64_t seen = 0;
    mix.seek({});
    while (const auto batch = mix.next()) seen += static_cast<std::int64_t>(batch->parts.at(0).sequences.size());
    EXPECT_EQ(seen, 4);
  }
}

}  // namespace
}  // namespace groel::train
