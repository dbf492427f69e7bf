// The engine's loops on several ranks, which are threads here: bitwise what one computes.
#include <gtest/gtest.h>

#include <cstring>

#include "checkpoints/load.h"
#include "engine/masked_scan.h"
#include "engine/ranked_models.h"
#include "engine/runner.h"
#include "support/team.h"
#include "train/batch_bytes.h"

namespace groel {
namespace {

using testing::Team;

std::vector<bio::Encoded> proteins(const bio::Tokenizer& tokenizer) {
  const std::string residues = "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVGQVELGG";
  std::vector<bio::Encoded> out;
  for (std::size_t i = 0; i < 60; ++i) out.push_back(tokenizer.encode(residues.substr(i % 30, 3 + i * 7 % 40)));
  return out;
}

void expect_same(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.shape(), b.shape());
  EXPECT_EQ(std::memcmp(a.raw_data(), b.raw_data(), a.bytes()), 0);
}

class SharedWork : public ::testing::Test {
 protected:
  SharedWork() : loaded_(checkpoints::load_model(GROEL_TEST_DATA "/esm2-tiny")) {}
  const models::Model& model() const { return *loaded_.model; }
  checkpoints::LoadedModel loaded_;
};

TEST_F(SharedWork, OutputsAreBitwiseThoseOfOne) {
  const auto sequences = proteins(model().tokenizer());
  const engine::Runner runner(model(), {{0, 3}, {bio::Output::mean, bio::Output::per_residue, bio::Output::contacts}},
                              {.plan = {.max_tokens = 64}});
  Sink nobody;
  const auto alone = engine::run_all(runner, engine::jobs_of(sequences), nobody);
  engine::RankedModels::here().add(1, model(), nullptr);
  Team team(3, engine::engine_works());
  const auto shared = engine::run_all(runner, engine::jobs_of(sequences), nobody);
  EXPECT_EQ(team.busy_ranks().size(), 3U);
  ASSERT_EQ(shared.size(), alone.size());
  for (std::size_t i = 0; i < alone.size(); ++i) {
    ASSERT_EQ(shared[i].values.size(), alone[i].values.size());
    for (std::size_t v = 0; v < alone[i].values.size(); ++v) {
      EXPECT_EQ(shared[i].values[v].output, alone[i].values[v].output);
      EXPECT_EQ(shared[i].values[v].layer, alone[i].values[v].layer);
      expect_same(shared[i].values[v].tensor, alone[i].values[v].tensor);
    }
  }
  engine::RankedModels::here().drop(1);
}

TEST_F(SharedWork, MaskedCopiesAreBitwiseThoseOfOne) {
  const bio::Encoded protein = model().tokenizer().encode("MALWMRLLPLLALLALWGPDPAAAFVNQHLC");
  const auto answers = [&] {
    std::vector<double> out;
    std::int64_t position = 0;
    engine::MaskedScan(model(), {.plan = {.max_tokens = 100}})
        .run(
            [&](engine::ScanQuery& query) {
              if (position == protein.residues()) return false;
              ++position;
              query = {position, &protein, {position}, {position}};
              return true;
            },
            [&](const engine::ScanAnswer& answer) {
              out.push_back(static_cast<double>(answer.position));
              out.insert(out.end(), answer.log_probabilities.begin(), answer.log_probabilities.end());
            });
    return out;
  };
  const auto alone = answers();
  engine::RankedModels::here().add(2, model(), nullptr);
  Team team(2, engine::engine_works());
  EXPECT_EQ(answers(), alone);
  EXPECT_EQ(team.busy_ranks().size(), 2U);
  engine::RankedModels::here().drop(2);
}

TEST_F(SharedWork, AModelThatTheOthersLackIsNotShared) {
  Team team(2, engine::engine_works());
  EXPECT_EQ(engine::crew_of(model()), nullptr);
  {
    const auto other = checkpoints::load_model(GROEL_TEST_DATA "/esm2-tiny");
    engine::RankedModels::here().add(3, *other.model, nullptr);
    EXPECT_EQ(engine::crew_of(*other.model), &team.crew);
    EXPECT_EQ(engine::crew_of(model()), nullptr);
    EXPECT_TRUE(engine::RankedModels::here().take_gone().empty());
  }
  EXPECT_EQ(engine::RankedModels::here().take_gone(), std::vector<std::uint64_t>{3});
}

TEST(BatchBytes, ComeBackAsTheyWere) {
  train::TrainBatch batch;
  batch.input.tokens = Tensor::of<std::int32_t>({3}, {5, 6, 7});
  batch.input.cu_seqlens = Tensor::of<std::int32_t>({2}, {0, 3});
  batch.input.residues = {Tensor::of<std::int32_t>({1}, {0}), Tensor::of<std::int32_t>({1}, {3})};
  batch.input.before = {4};
  batch.input.prompts = {"a", "b"};
  batch.targets = Tensor::of<float>({1, 2}, {0.5F, -1.0F});
  batch.target_count = 2;
  batch.sequences = {9};
  batch.key = 0x1234567890ABCDEFULL;
  batch.parts.resize(2);
  batch.parts[1].task = 1;
  batch.parts[1].features = Tensor::of<float>({1, 3}, {1, 2, 3});
  ranks::MessageWriter to;
  train::put_batch(to, batch);
  const ranks::Bytes bytes = to.take();
  ranks::MessageReader from(bytes);
  const train::TrainBatch back = train::get_batch(from);
  EXPECT_TRUE(from.done());
  expect_same(back.input.tokens, batch.input.tokens);
  expect_same(back.input.residues.end, batch.input.residues.end);
  expect_same(back.targets, batch.targets);
  expect_same(back.parts.at(1).features, batch.parts[1].features);
  EXPECT_FALSE(back.features.defined());
  EXPECT_EQ(back.input.before, batch.input.before);
  EXPECT_EQ(back.input.prompts, batch.input.prompts);
  EXPECT_EQ(back.target_count, 2);
  EXPECT_EQ(back.sequences, batch.sequences);
  EXPECT_EQ(back.key, batch.key);
  EXPECT_EQ(back.parts.at(1).task, 1U);
}

TEST(BatchBytes, LossesComeBackAsTheyWere) {
  train::LossSum sum{1.5, 3, 2, {1, 2}, {0, 2}, {2, {0.1, 0.9}, {1}}, {}};
  sum.parts.push_back({0.25, 1, 0, {}, {}, {}, {}});
  ranks::MessageWriter to;
  train::put_loss(to, sum);
  const ranks::Bytes bytes = to.take();
  ranks::MessageReader from(bytes);
  const train::LossSum back = train::get_loss(from);
  EXPECT_TRUE(from.done());
  EXPECT_EQ(back.loss, 1.5);
  EXPECT_EQ(back.targets, 3);
  EXPECT_EQ(back.correct, 2);
  EXPECT_EQ(back.class_targets, sum.class_targets);
  EXPECT_EQ(back.class_correct, sum.class_correct);
  EXPECT_EQ(back.predictions.columns, 2);
  EXPECT_EQ(back.predictions.values, sum.predictions.values);
  EXPECT_EQ(back.predictions.truth, sum.predictions.truth);
  EXPECT_EQ(back.parts.at(0).loss, 0.25);
}

}  // namespace
}  // namespace groel
