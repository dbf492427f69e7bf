// The compiled AMX kernel of attention: its instructions are emulated one by one where the processor lacks them.
#include "amx_emulator.h"
#include "base/cpu.h"
#include "helpers.h"
#include "ops/attention_impl.h"

#if defined(__x86_64__)

namespace groel::ops {
namespace {

class AmxWidths : public ::testing::TestWithParam<std::int64_t> {};

AttentionResult by_kernel(const AttentionInput& input, cpu::AttentionKernel kernel, DType output) {
  AttentionResult out{Tensor::empty(input.q.shape(), output), Tensor::empty({input.heads, input.q.size(0)})};
  cpu::attention(input, kernel, out);
  return out;
}

AttentionInput make(const std::vector<std::int32_t>& bounds, std::int64_t width) {
  constexpr std::int64_t kHeads = 2;
  const std::int64_t d = kHeads * width;
  const Tensor qkv = test::random({bounds.back(), 3 * d}, static_cast<unsigned>(width), 0.7F);
  AttentionInput input{qkv.columns(0, d),
                       qkv.columns(d, 2 * d),
                       qkv.columns(2 * d, 3 * d),
                       test::ints(bounds),
                       kHeads,
                       Precision::bf16,
                       0.3F};
  if (width % 2 == 0) input.rotary = rotary_table(test::random({width / 2}, 5), bounds.back());
  return input;
}

// Sequences of 1, 31, 32, 33, 64, 65, 0 and 130 tokens.
TEST_P(AmxWidths, CompiledKernelDoesWhatTheEmulatedOneDoes) {
  if (active_isa() < Isa::avx512_bf16) GTEST_SKIP() << "the kernel around the tiles needs AVX-512 with bf16";
  if (machine_isa() == Isa::amx) GTEST_SKIP() << "this processor has AMX";
  set_num_threads(1);  // the emulator counts for a thread
  const AttentionInput input = make({0, 1, 32, 64, 97, 161, 226, 226, 356}, GetParam());
  for (const DType output : {DType::f32, DType::bf16}) {
    const AttentionResult expected = by_kernel(input, cpu::attend_emulated_amx, output);
    const test::AmxEmulator emulator;
    const AttentionResult result = by_kernel(input, cpu::attend_amx, output);
    EXPECT_TRUE(test::same_bits(result.y, expected.y));
    EXPECT_TRUE(test::same_bits(result.log_sums, expected.log_sums));
    const auto& done = test::AmxEmulator::state();
    EXPECT_GT(done.configurations, 0);
    EXPECT_EQ(done.releases, done.configurations);
    EXPECT_EQ(done.config[0], 0) << "tiles are left in use";
    EXPECT_GT(done.products, 0);
    EXPECT_EQ(done.products % 2, 0);  // two of every a
  }
  set_num_threads(0);
}

// The emulation adds as the instructions are described to; a score's last bit may turn the rounding of a weight.
TEST_P(AmxWidths, ProcessorDoesWhatTheEmulationDoes) {
  if (active_isa() < Isa::amx) GTEST_SKIP() << "no AMX here";
  const AttentionInput input = make({0, 1, 32, 64, 97, 161, 226, 226, 356}, GetParam());
  const AttentionResult expected = by_kernel(input, cpu::attend_emulated_amx, DType::f32);
  const AttentionResult result = by_kernel(input, cpu::attend_amx, DType::f32);
  EXPECT_LT(test::relative_error(result.y, expected.y), 1e-3);
  EXPECT_LT(test::max_error(result.log_sums, expected.log_sums), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(All, AmxWidths, ::testing::Values(1, 8, 16, 24, 40, 64, 80, 128));

}  // namespace
}  // namespace groel::ops

#endif
