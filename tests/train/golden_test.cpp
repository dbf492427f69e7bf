// Gradients, losses and ten updates against Transformers, for everything that can be trained.
#include <gtest/gtest.h>

#include "base/threads.h"
#include "golden_train.h"
#include "train/initial.h"
#include "train/mlm.h"
#include "train/objectives.h"

namespace groel {
namespace {

using testing::Golden;

engine::Checkpoint checkpoint_of(const Golden& golden) { return engine::read_checkpoint(golden.folder); }

TEST(GoldenTraining, Esm2MaskedLm) {
  const Golden golden("train-esm2-mlm");
  const auto trainee = train::make_mlm(checkpoint_of(golden));
  testing::expect_golden_training(golden, *trainee);
}

TEST(GoldenTraining, Esm2MaskedLmWithCheckpointing) {
  const Golden golden("train-esm2-mlm");
  const auto trainee =
      train::make_mlm(checkpoint_of(golden), {.trained = {}, .checkpointing = models::Checkpointing::blocks});
  testing::expect_golden_training(golden, *trainee);
}

// Key biases have no true gradient without rotary positions: what Adam makes of rounding noise is not compared tightly.
TEST(GoldenTraining, Esm1bMaskedLm) {
  const Golden golden("train-esm1b-mlm");
  const auto trainee = train::make_mlm(checkpoint_of(golden));
  testing::expect_golden_training(
      golden, *trainee, {"esm.encoder.layer.0.attention.self.key.bias", "esm.encoder.layer.1.attention.self.key.bias"});
}

TEST(GoldenTraining, Esm2Classifier) {
  const Golden golden("train-esm2-cls");
  const auto trainee = train::make_classifier(checkpoint_of(golden));
  testing::expect_golden_training(golden, *trainee);
}

TEST(GoldenTraining, Esm2ClassifierOnAFrozenTrunk) {
  const Golden golden("train-esm2-cls-frozen");
  const auto trainee = train::make_classifier(checkpoint_of(golden), {.trained = train::is_head});
  ASSERT_EQ(trainee->parameters().size(), 4U);
  testing::expect_golden_training(golden, *trainee);
}

}  // namespace
}  // namespace groel
