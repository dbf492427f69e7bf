// Inputs of attention under every rule, for its tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "helpers.h"
#include "ops/attention_grad.h"

namespace groel::ops::test_input {

struct Sizes {
  std::vector<std::int64_t> queries;
  std::vector<std::int64_t> keys;
  std::int64_t heads;
  std::int64_t key_heads;
  std::int64_t width;
};

inline Tensor bounds_of(const std::vector<std::int64_t>& lengths) {
  std::vector<std::int32_t> bounds{0};
  for (const std::int64_t n : lengths) bounds.push_back(bounds.back() + static_cast<std::int32_t>(n));
  return test::ints(bounds);
}

// Scaled and rotated; q strided, k and v columns of one matrix.
inline AttentionInput make(const Sizes& sizes, const AttentionMask& mask) {
  AttentionInput input;
  input.cu_seqlens = bounds_of(sizes.queries);
  input.cu_keys = bounds_of(sizes.keys);
  const std::int64_t tokens = input.cu_keys.values<std::int32_t>().back();
  const std::int64_t columns = sizes.key_heads * sizes.width;
  input.q = test::random_strided(input.cu_seqlens.values<std::int32_t>().back(), sizes.heads * sizes.width, 1);
  const Tensor kv = test::random({tokens, 2 * columns}, 2);
  input.k = kv.columns(0, columns);
  input.v = kv.columns(columns, 2 * columns);
  input.heads = sizes.heads;
  input.scale = 1 / std::sqrt(static_cast<float>(sizes.width));
  input.rotary =
      rotary_table(test::random({sizes.width / 2}, 5), *std::max_element(sizes.keys.begin(), sizes.keys.end()));
  input.mask = mask;
  return input;
}

inline AttentionGradients gradients_of(const AttentionInput& input) {
  AttentionGradients to{Tensor::empty(input.q.shape()), Tensor::empty(input.k.shape()), Tensor::empty(input.v.shape())};
  for (const Tensor& bias : input.bias) to.bias.push_back(Tensor::empty(bias.shape()));
  return to;
}

inline std::vector<Tensor> all_of(const AttentionGradients& g) {
  std::vector<Tensor> out{g.q, g.k, g.v};
  out.insert(out.end(), g.bias.begin(), g.bias.end());
  return out;
}

inline AttentionGradients grad(const AttentionInput& input, const Tensor& dy) {
  AttentionGradients to = gradients_of(input);
  attention_grad(input, dy, to);
  return to;
}

inline AttentionGradients reference_grad(const AttentionInput& input, const Tensor& dy) {
  AttentionGradients to = gradients_of(input);
  reference::attention_grad(input, dy, to);
  return to;
}

}  // namespace groel::ops::test_input
