// cached_attention against its reference and against causal attention over everything at once; independence of batches.
#include "ops/cached_attention.h"

#include "base/error.h"
#include "helpers.h"
#include "ops/attention.h"

namespace groel::ops {
namespace {

// Queries, keys and values of some sequences, one below the other.
struct Tokens {
  std::int64_t heads, width;
  std::vector<std::int64_t> lengths;
  Tensor q, k, v;
};

Tokens random_tokens(std::int64_t heads, std::int64_t width, const std::vector<std::int64_t>& lengths) {
  std::int64_t tokens = 0;
  for (const std::int64_t length : lengths) tokens += length;
  const Tensor joint = test::random({tokens, 3 * heads * width}, 7);  // as a model has them, side by side
  const std::int64_t d = heads * width;
  return {heads, width, lengths, joint.columns(0, d), joint.columns(d, 2 * d), joint.columns(2 * d, 3 * d)};
}

using Operator = Tensor (*)(const CachedAttentionInput&, DType);

// Every sequence as long as it lasts, `step` tokens at a time, all side by side -> [T, H*K], in the order of x.
Tensor in_steps(const Tokens& x, std::int64_t step, DType held, Operator attend) {
  std::vector<KeyValues> kept(x.lengths.size());
  Tensor out = Tensor::empty(x.q.shape());
  const Tensor bounds = test::bounds_of(x.lengths);
  const auto first = bounds.values<std::int32_t>();
  for (std::int64_t done = 0;; done += step) {
    std::vector<KeyValues*> of;
    std::vector<std::int64_t> lengths, rows;
    for (std::size_t b = 0; b < kept.size(); ++b) {
      const std::int64_t now = std::min(step, x.lengths[b] - done);
      if (now <= 0) continue;
      of.push_back(&kept[b]);
      lengths.push_back(now);
      for (std::int64_t i = 0; i < now; ++i) rows.push_back(first[b] + done + i);
    }
    if (of.empty()) return out;
    const auto gather = [&](const Tensor& from) {
      Tensor to = Tensor::empty({static_cast<std::int64_t>(rows.size()), from.size(1)});
      for (std::size_t i = 0; i < rows.size(); ++i)
        to.rows(static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1)
            .copy_from(from.rows(rows[i], rows[i] + 1));
      return to;
    };
    const Tensor y =
        attend({gather(x.q), gather(x.k), gather(x.v), test::bounds_of(lengths), x.heads, 0.25F, held, of}, DType::f32);
    for (std::size_t i = 0; i < rows.size(); ++i)
      out.rows(rows[i], rows[i] + 1).copy_from(y.rows(static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1));
  }
}

const std::vector<std::pair<std::int64_t, std::int64_t>> kHeads{{1, 1}, {2, 12}, {3, 16}, {1, 64}, {2, 72}, {1, 130}};

TEST(CachedAttention, MatchesTheReference) {
  for (const auto& [heads, width] : kHeads)
    for (const DType held : {DType::f32, DType::bf16, DType::i8}) {
      const Tokens x = random_tokens(heads, width, {1, 64, 130, 65});
      const Tensor ours = in_steps(x, 1, held, cached_attention);
      EXPECT_LT(test::relative_error(ours, in_steps(x, 1, held, reference::cached_attention)), 3e-6)
          << heads << " heads of " << width;
    }
}

TEST(CachedAttention, IsCausalAttentionOverAll) {
  const Tokens x = random_tokens(3, 20, {1, 7, 100, 64});
  AttentionInput all{x.q, x.k, x.v, test::bounds_of(x.lengths), 3, Precision::f32, 0.25F};
  all.mask = AttentionMask::causal();
  EXPECT_LT(test::relative_error(in_steps(x, 1, DType::f32, cached_attention), attention(all)), 2e-6);
}

TEST(CachedAttention, InWholeNumbersIsNearlyExact) {
  const Tokens x = random_tokens(3, 64, {200});
  const Tensor exact = in_steps(x, 1, DType::f32, cached_attention);
  EXPECT_LT(test::relative_error(in_steps(x, 1, DType::i8, cached_attention), exact), 1.5e-2);
  Tokens zeros = x;
  zeros.k = Tensor::zeros(x.k.shape()), zeros.v = zeros.k;
  EXPECT_TRUE(test::same_bits(in_steps(zeros, 1, DType::i8, cached_attention), Tensor::zeros(x.q.shape())));
}

TEST(CachedAttention, BitsDependOnNeitherBatchNorSteps) {
  for (const DType held : {DType::f32, DType::bf16, DType::i8}) {
    const Tokens x = random_tokens(2, 24, {70, 3, 129});
    const Tensor one = in_steps(x, 1, held, cached_attention);
    for (const std::int64_t step : {2, 64, 200})
      EXPECT_TRUE(test::same_bits(in_steps(x, step, held, cached_attention), one)) << step;
    Tokens alone_cached = x;
    alone_cached.lengths = {70};
    alone_cached.q = x.q.rows(0, 70), alone_cached.k = x.k.rows(0, 70), alone_cached.v = x.v.rows(0, 70);
    EXPECT_TRUE(test::same_bits(in_steps(alone_cached, 1, held, cached_attention), one.rows(0, 70)));
  }
}

TEST(CachedAttention, WhatIsKeptFirstIsSeenAfter) {
  const Tokens x = random_tokens(2, 8, {65});
  KeyValues kept, stepped;
  KeyValues* const one = &kept;
  KeyValues* const other = &stepped;
  const auto piece = [&](std::int64_t begin, std::int64_t end, KeyValues* const& of) {
    return CachedAttentionInput{
        x.q.rows(begin, end), x.k.rows(begin, end), x.v.rows(begin, end), test::bounds_of({end - begin}), 2, 1.0F,
        DType::bf16,          std::span(&of, 1)};
  };
  keep_key_values(piece(0, 64, one));
  cached_attention(piece(0, 64, other));
  EXPECT_TRUE(test::same_bits(cached_attention(piece(64, 65, one)), cached_attention(piece(64, 65, other))));
  EXPECT_EQ(kept.places, 65);
  EXPECT_EQ(kept.pages.size(), 2U);
  EXPECT_EQ(key_value_bytes(65, 16, 2, DType::bf16), 2 * kept.pages[0].keys.bytes() + 2 * kept.pages[0].values.bytes());
  EXPECT_EQ(key_value_bytes(64, 16, 2, DType::i8), 2U * 64 * 16 + 2U * 64 * 2 * 4);
}

TEST(CachedAttention, OutputMayBeRounded) {
  const Tokens x = random_tokens(2, 8, {5});
  KeyValues a, b;
  KeyValues *one = &a, *other = &b;
  const Tensor bounds = test::bounds_of({5});
  const Tensor exact = cached_attention({x.q, x.k, x.v, bounds, 2, 1.0F, DType::f32, std::span(&one, 1)});
  const Tensor half = cached_attention({x.q, x.k, x.v, bounds, 2, 1.0F, DType::f32, std::span(&other, 1)}, DType::bf16);
  EXPECT_TRUE(test::same_bits(half, exact.to(DType::bf16)));
}

}  // namespace
}  // namespace groel::ops
