// The values that Transformers' own integration tests expect of published checkpoints, in f32.
#include "weights/checkpoints.h"

namespace groel::weights {
namespace {

// <pad>, id 1, is among the tokens: those tests pass no mask, so that it is attended like any other token.
const std::vector<std::int32_t> kFirstIds{0, 1, 2, 3, 4, 5};

TEST(TransformersValues, Esm2Logits) {
  GROEL_NEED_CHECKPOINT(path, "esm2_t6_8M_UR50D");
  const auto loaded = checkpoints::load_model(path);
  const Forward out = forward(*loaded.model, {kFirstIds});
  EXPECT_EQ(out.logits.shape(), (Shape{6, 33}));
  expect_corner(out.logits,
                {{{8.9215F, -10.5898F, -6.4671F}, {-6.3967F, -13.9114F, -1.1212F}, {-7.7812F, -13.9516F, -3.7406F}}},
                1e-4);
}

TEST(TransformersValues, Esm2HiddenStates) {
  GROEL_NEED_CHECKPOINT(path, "esm2_t6_8M_UR50D");
  const auto loaded = checkpoints::load_model(path);
  const Forward out = forward(*loaded.model, {{0, 6, 4, 13, 5, 4, 16, 12, 11, 7, 2}});
  expect_corner(out.hidden, {{{.1444F, .5413F, .3248F}, {.3034F, .0053F, .3108F}, {.3228F, -.2499F, .3415F}}}, 1e-4);
}

TEST(TransformersValues, Esm1bLogits) {
  GROEL_NEED_CHECKPOINT(path, "esm1b_t33_650M_UR50S");
  const auto loaded = checkpoints::load_model(path);
  const Forward out = forward(*loaded.model, {kFirstIds});
  expect_corner(out.logits,
                {{{24.4653F, -8.0736F, 10.0146F}, {-9.0505F, -15.9262F, -4.8583F}, {-6.9496F, -14.6652F, 6.2619F}}},
                1e-3);
}

}  // namespace
}  // namespace groel::weights
