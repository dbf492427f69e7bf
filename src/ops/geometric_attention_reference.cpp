// Geometric attention written as its definition, in f64, for tests.
#include <cmath>
#include <limits>
#include <vector>

#include "ops/geometric_attention.h"
#include "ops/view.h"

namespace groel::ops::reference {
namespace {

using Vector = std::array<double, 3>;

class OneHead {
 public:
  OneHead(const GeometricAttentionInput& input, std::int64_t head)
      : input_(input), head_(head), heads_(input.projected.size(1) / 15) {}

  Vector of(std::int64_t token, std::int64_t which) const {
    const float* v = matrix<float>(input_.projected).row(token) + 3 * (which * heads_ + head_);
    const float* r = input_.frames.rotation.data<float>() + 9 * token;
    Vector out{};
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) out[i] += static_cast<double>(r[3 * i + j]) * v[j];
      if (which >= 3) out[i] += input_.frames.translation.data<float>()[3 * token + static_cast<std::int64_t>(i)];
    }
    return out;
  }

  // Minus infinity where it is not seen.
  double score(std::int64_t query, std::int64_t key) const {
    if (!known(key) || differ(input_.chain, query, key)) return -std::numeric_limits<double>::infinity();
    const Vector q = of(query, 0), k = of(key, 1), from = of(query, 3), to = of(key, 4);
    double product = 0, square = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      product += q[i] * k[i];
      square += (from[i] - to[i]) * (from[i] - to[i]);
    }
    return (input_.rotation_scale.data<float>()[head_] * product -
            input_.distance_scale.data<float>()[head_] * std::sqrt(square)) /
               std::sqrt(3.0) +
           (differ(input_.sequence, query, key) ? 0 : 1);
  }

  bool known(std::int64_t token) const { return input_.frames.known.data<std::int32_t>()[token] != 0; }

 private:
  static bool differ(const Tensor& ids, std::int64_t a, std::int64_t b) {
    return ids.defined() && ids.data<std::int32_t>()[a] != ids.data<std::int32_t>()[b];
  }

  const GeometricAttentionInput& input_;
  std::int64_t head_, heads_;
};

std::vector<double> weights(const OneHead& head, std::int64_t query, std::int64_t begin, std::int64_t end) {
  std::vector<double> out;
  double highest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::int64_t key = begin; key < end; ++key) {
    out.push_back(head.score(query, key));
    highest = std::max(highest, out.back());
  }
  for (double& w : out) sum += w = std::isinf(highest) ? 1 : std::exp(w - highest);
  for (double& w : out) w /= sum;
  return out;
}

}  // namespace

Tensor geometric_attention(const GeometricAttentionInput& input) {
  const std::int64_t heads = input.projected.size(1) / 15;
  Tensor out = Tensor::zeros({input.projected.size(0), 3 * heads});
  const auto y = mutable_matrix<float>(out);
  const auto bounds = input.cu_seqlens.values<std::int32_t>();
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    for (std::int64_t h = 0; h < heads; ++h)
      for (std::int64_t query = bounds[b]; query < bounds[b + 1]; ++query) {
        const OneHead head(input, h);
        if (input.silence_unknown && !head.known(query)) continue;
        const std::vector<double> weight = weights(head, query, bounds[b], bounds[b + 1]);
        Vector seen{};
        for (std::int64_t key = bounds[b]; key < bounds[b + 1]; ++key)
          for (std::size_t c = 0; c < 3; ++c)
            seen[c] += weight[static_cast<std::size_t>(key - bounds[b])] * head.of(key, 2)[c];
        const float* r = input.frames.rotation.data<float>() + 9 * query;
        for (std::size_t c = 0; c < 3; ++c)
          y.row(query)[3 * h + static_cast<std::int64_t>(c)] =
              static_cast<float>(r[c] * seen[0] + r[3 + c] * seen[1] + r[6 + c] * seen[2]);
      }
  return out;
}

}  // namespace groel::ops::reference
