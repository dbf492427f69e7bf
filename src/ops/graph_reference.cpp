// Sums over neighbours and pairs of rows written exactly as their definition, for tests.
#include <cmath>

#include "ops/graph.h"
#include "ops/view.h"

namespace groel::ops::reference {
namespace {

// body(pair, row of p, row of q)
template <class Body>
void for_pairs(const PairRows& pairs, const Body& body) {
  const auto first = pairs.first.values<std::int32_t>(), second = pairs.second.values<std::int32_t>();
  for (std::size_t n = 0; n < first.size(); ++n) body(static_cast<std::int64_t>(n), first[n], second[n]);
}

}  // namespace

Tensor neighbour_sum(const Tensor& x, const Neighbours& links) {
  Tensor y = x.clone();
  const auto bounds = links.bounds.values<std::int32_t>(), nodes = links.nodes.values<std::int32_t>();
  for (std::size_t p = 0; p + 1 < bounds.size(); ++p)
    for (std::int32_t at = bounds[p]; at < bounds[p + 1]; ++at)
      for (std::int64_t i = 0; i < x.size(1); ++i)
        mutable_matrix<float>(y).row(static_cast<std::int64_t>(p))[i] +=
            matrix<float>(x).row(nodes[static_cast<std::size_t>(at)])[i];
  return y;
}

Tensor join_pairs(const Tensor& x, const PairRows& pairs) {
  const std::int64_t width = x.size(1);
  const bool all = pairs.form == PairForm::all;
  Tensor y = Tensor::zeros({pairs.first.size(0), (all ? 3 : 1) * width});
  for_pairs(pairs, [&](std::int64_t n, std::int64_t first, std::int64_t second) {
    for (std::int64_t i = 0; i < width; ++i) {
      const float p = matrix<float>(x).row(first)[i], q = matrix<float>(x).row(second)[i];
      float* const to = mutable_matrix<float>(y).row(n);
      to[all ? 2 * width + i : i] = p * q;
      if (!all) continue;
      to[i] = p + q;
      to[width + i] = std::abs(p - q);
    }
  });
  return y;
}

Tensor join_pairs_grad(const Tensor& x, const PairRows& pairs, const Tensor& dy) {
  const std::int64_t width = x.size(1);
  Tensor dx = Tensor::zeros(x.shape());
  for_pairs(pairs, [&](std::int64_t n, std::int64_t first, std::int64_t second) {
    for (std::int64_t i = 0; i < width; ++i) {
      const float p = matrix<float>(x).row(first)[i], q = matrix<float>(x).row(second)[i];
      const float* const slope = matrix<float>(dy).row(n);
      float of_first = slope[i] * q, of_second = slope[i] * p;
      if (pairs.form == PairForm::all) {
        const float side = p > q ? 1.0F : p < q ? -1.0F : 0.0F;
        of_first = slope[i] + slope[width + i] * side + slope[2 * width + i] * q;
        of_second = slope[i] - slope[width + i] * side + slope[2 * width + i] * p;
      }
      mutable_matrix<float>(dx).row(first)[i] += of_first;
      mutable_matrix<float>(dx).row(second)[i] += of_second;
    }
  });
  return dx;
}

}  // namespace groel::ops::reference
