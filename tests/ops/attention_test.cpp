// attention: against its reference, extreme scores, and bitwise independence of the batch.
#include "ops/attention.h"

#include <thread>

#include "base/cpu.h"
#include "base/error.h"
#include "helpers.h"
#include "ops/attention_impl.h"
#include "ops/elementwise.h"
#include "tensor/storage.h"

namespace groel::ops {
namespace {

// q, k and v as column views of one projection, as models have them.
AttentionInput make(const std::vector<std::int64_t>& lengths, std::int64_t heads, std::int64_t width,
                    float deviation = 1) {
  const Tensor bounds = test::bounds_of(lengths);
  const std::int64_t tokens = bounds.values<std::int32_t>().back();
  const std::int64_t d = heads * width;
  const Tensor qkv = test::random({tokens, 3 * d}, static_cast<unsigned>(width), deviation);
  return {qkv.columns(0, d), qkv.columns(d, 2 * d), qkv.columns(2 * d, 3 * d), bounds, heads};
}

// One sequence of `input` as a batch of its own.
AttentionInput alone(const AttentionInput& input, std::size_t sequence) {
  const auto bounds = input.cu_seqlens.values<std::int32_t>();
  const std::int64_t begin = bounds[sequence];
  const std::int64_t end = bounds[sequence + 1];
  return {input.q.rows(begin, end), input.k.rows(begin, end), input.v.rows(begin, end), test::bounds_of({end - begin}),
          input.heads};
}

class AttentionWidths : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(AttentionWidths, MatchesTheReference) {
  const AttentionInput input = make({1, 2, 63, 64, 65, 0, 130, 17}, 2, GetParam(), 0.7F);
  const Tensor expected = reference::attention(input);
  EXPECT_LT(test::relative_error(attention(input), expected), 1e-6);
  EXPECT_LT(test::max_error(attention(input), expected), 1e-5);
  EXPECT_TRUE(test::same_bits(attention(input, DType::bf16), attention(input).to(DType::bf16)));
}

TEST_P(AttentionWidths, LeavesTheSumsOfItsSoftmax) {
  AttentionInput input = make({3, 70, 1}, 2, GetParam(), 0.7F);
  const std::int64_t width = GetParam();
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    input.precision = precision;
    const AttentionResult result = attention_with_sums(input);
    EXPECT_TRUE(test::same_bits(result.y, attention(input)));
    ASSERT_EQ(result.log_sums.shape(), (Shape{2, 74}));
    for (const std::int64_t t : {0, 3, 40, 72, 73}) {
      const std::int64_t begin = t < 3 ? 0 : t < 73 ? 3 : 73;
      const std::int64_t end = t < 3 ? 3 : t < 73 ? 73 : 74;
      double sum = 0;
      for (std::int64_t j = begin; j < end; ++j) {
        double score = 0;
        for (std::int64_t d = width; d < 2 * width; ++d)
          score +=
              static_cast<double>(input.q.rows(t, t + 1).data<float>()[d]) * input.k.rows(j, j + 1).data<float>()[d];
        sum += std::exp(score);
      }
      EXPECT_NEAR(result.log_sums.data<float>()[74 + t], std::log2(sum), precision == Precision::f32 ? 1e-5 : 0.1);
    }
  }
}

// What the kernels' products see: queries are rounded in units of log 2.
AttentionInput rounded(AttentionInput input) {
  for (Tensor* x : {&input.k, &input.v}) *x = x->to(DType::bf16).to(DType::f32);
  input.q = scale(scale(input.q, cpu::kLog2E).to(DType::bf16).to(DType::f32), 1 / cpu::kLog2E);
  return input;
}

// Beside the inputs only the softmax weights are rounded: half a unit of 2^-8 each, of either sign.
TEST_P(AttentionWidths, Bf16MatchesTheReferenceOnRoundedInputs) {
  AttentionInput input = make({1, 2, 63, 64, 65, 0, 130, 17, 500}, 2, GetParam(), 0.7F);
  const Tensor expected = reference::attention(rounded(input));
  input.precision = Precision::bf16;
  EXPECT_LT(test::relative_error(attention(input), expected), active_isa() >= Isa::avx512_bf16 ? 3e-3 : 6e-3);
}

TEST_P(AttentionWidths, Bf16DoesNotDependOnNeighbours) {
  AttentionInput input = make({5, 64, 100, 1, 33, 257, 16}, 2, GetParam());
  input.precision = Precision::bf16;
  const Tensor together = attention(input);
  const auto bounds = input.cu_seqlens.values<std::int32_t>();
  for (std::size_t s = 0; s + 1 < bounds.size(); ++s) {
    AttentionInput one = alone(input, s);
    one.precision = Precision::bf16;
    EXPECT_TRUE(test::same_bits(attention(one), together.rows(bounds[s], bounds[s + 1]))) << s;
  }
}

TEST_P(AttentionWidths, MapsMatchTheReference) {
  const AttentionInput input = make({3, 70, 1}, 3, GetParam(), 0.7F);
  for (const std::int64_t sequence : {0, 1, 2})
    EXPECT_LT(test::max_error(attention_maps(input, sequence), reference::attention_maps(input, sequence)), 4e-6);
}

TEST_P(AttentionWidths, ASequenceDoesNotDependOnItsNeighbours) {
  const AttentionInput input = make({5, 64, 100, 1, 33, 257, 16}, 2, GetParam());
  const Tensor together = attention(input);
  const auto bounds = input.cu_seqlens.values<std::int32_t>();
  for (std::size_t s = 0; s + 1 < bounds.size(); ++s) {
    EXPECT_TRUE(test::same_bits(attention(alone(input, s)), together.rows(bounds[s], bounds[s + 1]))) << s;
    EXPECT_TRUE(
        test::same_bits(attention_maps(alone(input, s), 0), attention_maps(input, static_cast<std::int64_t>(s))));
  }
}

Tensor by_kernel(const AttentionInput& input, cpu::AttentionKernel kernel) {
  AttentionResult out{Tensor::empty(input.q.shape()), {}};
  cpu::attention(input, kernel, out);
  return out.y;
}

// The tile kernel with its instructions emulated: all of it but the instructions themselves.
TEST_P(AttentionWidths, TilesMatchTheReferenceOnRoundedInputs) {
  if (active_isa() < Isa::avx512_bf16) GTEST_SKIP() << "the kernel around the tiles needs AVX-512 with bf16";
  AttentionInput input = make({1, 2, 31, 32, 33, 63, 64, 65, 0, 130, 17, 300}, 2, GetParam(), 0.7F);
  EXPECT_LT(test::relative_error(by_kernel(input, cpu::attend_emulated_amx), reference::attention(rounded(input))),
            3e-3);
  const Tensor together = by_kernel(input, cpu::attend_emulated_amx);
  const auto bounds = input.cu_seqlens.values<std::int32_t>();
  for (std::size_t s = 0; s + 1 < bounds.size(); ++s)
    EXPECT_TRUE(
        test::same_bits(by_kernel(alone(input, s), cpu::attend_emulated_amx), together.rows(bounds[s], bounds[s + 1])))
        << s;
}

TEST(AttentionKernels, AreComparedBeforeTheyAreTrusted) {
  if (active_isa() < Isa::avx512_bf16) GTEST_SKIP() << "these kernels need AVX-512 with bf16";
  EXPECT_TRUE(cpu::kernels_agree(cpu::attend_emulated_amx, cpu::attend_bf16));
  EXPECT_TRUE(cpu::kernels_agree(cpu::attend_bf16, cpu::attend_f32));
  const auto last_row_wrong = [](const AttentionInput& input, const cpu::AttentionTask& task, AttentionResult& out) {
    cpu::attend_bf16(input, task, out);
    out.y.mutable_data<float>()[out.y.count() - 1] += 0.05F;
  };
  EXPECT_FALSE(cpu::kernels_agree(last_row_wrong, cpu::attend_bf16));
}

// Scaling and rotating inside is scaling and rotating before.
TEST_P(AttentionWidths, ScalesAndRotates) {
  if (GetParam() % 2 != 0) GTEST_SKIP() << "an odd width has no halves";
  AttentionInput input = make({1, 70, 130}, 2, GetParam(), 0.7F);
  input.scale = 0.3F;
  input.rotary = rotary_table(test::random({GetParam() / 2}, 5), 130);
  EXPECT_LT(test::relative_error(attention(input), reference::attention(input)), 1e-6);
  EXPECT_LT(test::max_error(attention_maps(input, 2), reference::attention_maps(input, 2)), 4e-6);
  const Tensor expected = reference::attention(input);
  input.precision = Precision::bf16;
  EXPECT_LT(test::relative_error(attention(input), expected), 1e-2);
  input.rotary = rotary_table(test::random({GetParam() / 2}, 5), 129);  // shorter than the longest sequence
  EXPECT_THROW(attention(input), Error);
}

INSTANTIATE_TEST_SUITE_P(All, AttentionWidths, ::testing::Values(1, 8, 10, 12, 15, 16, 20, 24, 32, 64, 80, 128));

TEST(Attention, ScalesWithoutRotation) {
  AttentionInput input = make({3, 70}, 2, 10, 0.7F);
  input.scale = 0.3F;
  EXPECT_LT(test::relative_error(attention(input), reference::attention(input)), 1e-6);
  for (const std::int64_t sequence : {0, 1})
    EXPECT_LT(test::max_error(attention_maps(input, sequence), reference::attention_maps(input, sequence)), 4e-6);
}

TEST(Attention, ManyMoreThreadsThanTasks) {
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    AttentionInput input = make({1, 130}, 1, 24);
    input.precision = precision;
    set_num_threads(1);
    const Tensor expected = attention(input);
    set_num_threads(100);
    EXPECT_TRUE(test::same_bits(attention(input), expected));
    set_num_threads(0);
  }
}

// What a thread that has never attended before has allocated afterwards.
TEST(Attention, KeepsTheWorkingMemoryThatItSays) {
  for (const Precision precision : {Precision::f32, Precision::bf16})
    for (const std::int64_t width : {8, 10, 24, 80, 128})
      for (const std::int64_t tokens : {1, 63, 64, 65, 1000}) {
        AttentionInput input = make({tokens}, 1, width);
        AttentionResult out{Tensor::empty(input.q.shape()), {}};
        std::size_t kept = 0;
        std::thread([&] {
          const std::size_t before = memory_statistics().live;
          cpu::attention_kernel(precision)(input, {0, 0, tokens, 0, std::min<std::int64_t>(tokens, 64)}, out);
          kept = memory_statistics().live - before;
        }).join();
        const std::size_t said = attention_thread_bytes(width, tokens, precision);
        EXPECT_GE(kept, said) << width << " columns, " << tokens << " tokens";
        EXPECT_LE(kept, said + said / 4 + 64) << width << " columns, " << tokens << " tokens";  // as blocks are rounded
      }
}

TEST(Attention, EqualQueriesGiveEqualResultsInEveryLane) {
  AttentionInput input = make({150}, 1, 24);
  input.q = input.q.clone();
  for (std::int64_t t = 1; t < 150; ++t)
    std::memcpy(input.q.mutable_data<float>() + t * 24, input.q.data<float>(), 24 * sizeof(float));
  const Tensor out = attention(input);
  for (std::int64_t t = 1; t < 150; ++t) ASSERT_TRUE(test::same_bits(out.rows(t, t + 1), out.rows(0, 1))) << t;
}

TEST(Attention, ThreadsDoNotChangeBits) {
  const AttentionInput input = make({100, 3, 70}, 5, 32);
  test::expect_same_for_any_threads([&] { return attention(input); });
  test::expect_same_for_any_threads([&] { return attention_maps(input, 2); });
}

TEST(Attention, HugeScoresStayFinite) {
  AttentionInput input = make({200}, 1, 16, 50.0F);  // scores of +-1e4 and more
  EXPECT_LT(test::relative_error(attention(input), reference::attention(input)), 1e-2);
  const Tensor values = attention(input);
  for (const float value : values.values<float>()) ASSERT_TRUE(std::isfinite(value));
}

TEST(Attention, NanStaysInItsSequence) {
  AttentionInput input = make({30, 30}, 1, 8);
  Tensor k = input.k.clone();
  k.mutable_data<float>()[0] = NAN;
  const Tensor clean = attention(input);
  input.k = k;
  const Tensor out = attention(input);
  EXPECT_TRUE(std::isnan(out.values<float>()[8]));
  EXPECT_TRUE(test::same_bits(out.rows(30, 60), clean.rows(30, 60)));
}

TEST(Attention, LongSequence) {
  const AttentionInput input = make({5000}, 1, 8, 0.5F);
  EXPECT_LT(test::relative_error(attention(input), reference::attention(input)), 2e-6);
}

TEST(Attention, NoTokensAndBrokenBounds) {
  AttentionInput input = make({0}, 2, 8);
  EXPECT_EQ(attention(input).shape(), (Shape{0, 16}));
  input.precision = Precision::bf16;
  EXPECT_EQ(attention(input, DType::bf16).shape(), (Shape{0, 16}));
  EXPECT_EQ(attention_maps(make({4, 0}, 2, 8), 1).shape(), (Shape{2, 0, 0}));
  input = make({4, 4}, 2, 8);
  EXPECT_THROW(attention_maps(input, 2), Error);
  input.cu_seqlens = test::ints({0, 9});
  EXPECT_THROW(attention(input), Error);
  input.cu_seqlens = test::ints({0, 6, 4, 8});
  EXPECT_THROW(attention(input), Error);
  input.cu_seqlens = test::ints({0, 8});
  input.heads = 3;
  EXPECT_THROW(attention(input), Error);
}

}  // namespace
}  // namespace groel::ops
