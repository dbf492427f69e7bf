// Bounds less the ends.
#include "nn/residue_tokens.h"

#include <algorithm>
#include <vector>

namespace groel::nn {

ops::Segments residue_tokens(const Tensor& cu_seqlens) {
  const auto bounds = cu_seqlens.values<std::int32_t>();
  std::vector<std::int32_t> begin, end;
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b) {
    begin.push_back(std::min(bounds[b] + 1, bounds[b + 1]));
    end.push_back(std::max(begin.back(), bounds[b + 1] - 1));
  }
  const auto count = static_cast<std::int64_t>(begin.size());
  return {Tensor::of<std::int32_t>({count}, std::span<const std::int32_t>(begin)),
          Tensor::of<std::int32_t>({count}, std::span<const std::int32_t>(end))};
}

}  // namespace groel::nn
