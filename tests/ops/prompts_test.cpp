// prompt_gate against its reference, and its gradients as slopes.
#include "base/error.h"
#include "helpers.h"
#include "ops/prompt_gate.h"
#include "slope.h"

namespace groel::ops {
namespace {

PromptGate gate_of(const std::vector<std::int64_t>& lengths, std::int64_t prompts, std::int64_t width) {
  return {test::bounds_of(lengths), prompts, test::random({1, width}, 9, 0.3F)};
}

TEST(PromptGate, MatchesTheReference) {
  for (const std::int64_t width : {1, 8, 33}) {
    const PromptGate gate = gate_of({3, 9, 70}, 3, width);
    const Tensor x = test::random({82, width}, 1);
    const PromptGateResult ours = prompt_gate(x, gate), expected = reference::prompt_gate(x, gate);
    EXPECT_LT(test::relative_error(ours.y, expected.y), 3e-7);
    EXPECT_LT(test::relative_error(ours.gates, expected.gates), 3e-7);
  }
}

TEST(PromptGate, OfASequenceAloneAndInABatch) {
  const PromptGate gate = gate_of({5, 12}, 2, 16);
  const Tensor x = test::random({17, 16}, 2);
  const PromptGateResult both = prompt_gate(x, gate);
  const PromptGateResult alone =
      prompt_gate(x.rows(5, 17).clone(), {test::bounds_of<std::int64_t>({12}), 2, gate.weight});
  EXPECT_TRUE(test::same_bits(both.y.rows(5, 17), alone.y));
}

TEST(PromptGate, GradientsAreSlopes) {
  const PromptGate gate = gate_of({4, 7}, 2, 6);
  const Tensor x = test::random({11, 6}, 3), dy = test::random({11, 6}, 4);
  Tensor weight = Tensor::zeros({1, 6});
  const Tensor dx = prompt_gate_grad(x, gate, dy, weight);
  test::expect_slope(
      x, [&] { return prompt_gate(x, gate).y; }, dy, dx);
  test::expect_slope(
      gate.weight, [&] { return prompt_gate(x, gate).y; }, dy, weight);
}

TEST(PromptGate, ARowOfZerosClosesNothing) {
  Tensor x = test::random({4, 5}, 5);
  for (std::int64_t i = 0; i < 5; ++i) x.mutable_data<float>()[3 * 5 + i] = 0;
  const PromptGate gate = gate_of({4}, 1, 5);
  EXPECT_EQ(prompt_gate(x, gate).gates.data<float>()[0], 0.0F);
  EXPECT_TRUE(test::same_bits(prompt_gate(x, gate).y, x));
}

TEST(PromptGate, RefusesWhatDoesNotFit) {
  const Tensor x = test::random({4, 5}, 6);
  EXPECT_THROW(prompt_gate(x, gate_of({3, 1}, 2, 5)), Error);  // a sequence without room for the prompts
  EXPECT_THROW(prompt_gate(x, gate_of({4}, 0, 5)), Error);
  EXPECT_THROW(prompt_gate(x, gate_of({4}, 1, 6)), Error);
}

}  // namespace
}  // namespace groel::ops
