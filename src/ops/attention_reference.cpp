// attention as its definition reads.
#include <cmath>
#include <vector>

#include "ops/attention.h"
#include "ops/elementwise.h"
#include "ops/view.h"

namespace groel::ops::reference {
namespace {

// softmax over j of q[t] · k[j], j in [begin, end), for one head.
std::vector<double> weights(const AttentionInput& input, std::int64_t head, std::int64_t t, std::int64_t begin,
                            std::int64_t end) {
  const std::int64_t width = input.q.size(1) / input.heads;
  const float* q = matrix<float>(input.q).row(t) + head * width;
  std::vector<double> out;
  double highest = -INFINITY;
  for (std::int64_t j = begin; j < end; ++j) {
    const float* k = matrix<float>(input.k).row(j) + head * width;
    double score = 0;
    for (std::int64_t d = 0; d < width; ++d) score += static_cast<double>(q[d]) * k[d];
    highest = std::max(highest, score);
    out.push_back(score);
  }
  double total = 0;
  for (double& w : out) total += w = std::exp(w - highest);
  for (double& w : out) w /= total;
  return out;
}

AttentionInput rotated(AttentionInput input) {
  input.q = reference::scale(input.q.clone(), input.scale);
  input.k = input.k.clone();
  if (input.rotary.defined()) {
    reference::rotary_inplace(input.q, input.rotary, input.cu_seqlens, {input.heads, 1.0F});
    reference::rotary_inplace(input.k, input.rotary, input.cu_seqlens, {input.heads, 1.0F});
  }
  return input;
}

}  // namespace

Tensor attention(const AttentionInput& given, DType output) {
  const AttentionInput input = rotated(given);
  Tensor out = Tensor::empty(input.q.shape());
  const auto y = mutable_matrix<float>(out);
  const auto v = matrix<float>(input.v);
  const auto bounds = sequence_bounds(input.cu_seqlens, y.rows);
  const std::int64_t width = y.columns / input.heads;
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    for (std::int64_t t = bounds[b]; t < bounds[b + 1]; ++t)
      for (std::int64_t h = 0; h < input.heads; ++h) {
        const std::vector<double> w = weights(input, h, t, bounds[b], bounds[b + 1]);
        for (std::int64_t d = h * width; d < (h + 1) * width; ++d) {
          double sum = 0;
          for (std::size_t j = 0; j < w.size(); ++j) sum += w[j] * v.row(bounds[b] + static_cast<std::int64_t>(j))[d];
          y.row(t)[d] = static_cast<float>(sum);
        }
      }
  return out.to(output);
}

Tensor attention_maps(const AttentionInput& given, std::int64_t sequence) {
  const AttentionInput input = rotated(given);
  const auto bounds = sequence_bounds(input.cu_seqlens, input.q.size(0));
  const std::int64_t begin = bounds[static_cast<std::size_t>(sequence)];
  const std::int64_t end = bounds[static_cast<std::size_t>(sequence) + 1];
  Tensor out = Tensor::empty({input.heads, end - begin, end - begin});
  float* to = out.mutable_data<float>();
  for (std::int64_t h = 0; h < input.heads; ++h)
    for (std::int64_t t = begin; t < end; ++t)
      for (const double w : weights(input, h, t, begin, end)) *to++ = static_cast<float>(w);
  return out;
}

}  // namespace groel::ops::reference
