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

// Rows of width D that are made of a pair.
std::int64_t parts_of(PairForm form) {
  if (form == PairForm::product) return 1;
  return form == PairForm::all ? 3 : 4;
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
  const std::int64_t width = x.size(1), parts = parts_of(pairs.form);
  Tensor y = Tensor::zeros({pairs.first.size(0), parts * width});
  for_pairs(pairs, [&](std::int64_t n, std::int64_t first, std::int64_t second) {
    for (std::int64_t i = 0; i < width; ++i) {
      const float p = matrix<float>(x).row(first)[i], q = matrix<float>(x).row(second)[i];
      float* const to = mutable_matrix<float>(y).row(n);
      to[(parts - 1) * width + i] = p * q;
      if (parts == 1) continue;
      to[(parts - 2) * width + i] = std::abs(p - q);
      to[i] = parts == 3 ? p + q : p;
      if (parts == 4) to[width + i] = q;
    }
  });
  return y;
}

Tensor join_pairs_grad(const Tensor& x, const PairRows& pairs, const Tensor& dy) {
  const std::int64_t width = x.size(1), parts = parts_of(pairs.form);
  Tensor dx = Tensor::zeros(x.shape());
  for_pairs(pairs, [&](std::int64_t n, std::int64_t first, std::int64_t second) {
    for (std::int64_t i = 0; i < width; ++i) {
      const float p = matrix<float>(x).row(first)[i], q = matrix<float>(x).row(second)[i];
      const float* const slope = matrix<float>(dy).row(n);
      const float of_product = slope[(parts - 1) * width + i];
      float of_first = of_product * q, of_second = of_product * p;
      if (parts > 1) {
        const float of_difference = slope[(parts - 2) * width + i] * (p > q ? 1.0F : p < q ? -1.0F : 0.0F);
        of_first += slope[i] + of_difference;
        of_second += slope[parts == 4 ? width + i : i] - of_difference;
      }
      mutable_matrix<float>(dx).row(first)[i] += of_first;
      mutable_matrix<float>(dx).row(second)[i] += of_second;
    }
  });
  return dx;
}

}  // namespace groel::ops::reference
