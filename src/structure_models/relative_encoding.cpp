// Relative positions of tokens: features of pairs, or at once what a linear layer makes of them.
#include "structure_models/relative_encoding.h"

#include <algorithm>

#include "base/threads.h"

namespace groel::structure_models {
namespace {

std::int32_t clipped(std::int32_t offset, std::int32_t most) { return std::clamp(offset + most, 0, 2 * most); }

}  // namespace

std::array<std::int32_t, 4> relative_features(const TokenPlaces& places, std::int64_t i, std::int64_t j) {
  constexpr std::int32_t kBins = 2 * kRelativeResidues + 2;
  const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
  const bool chain = places.chain[a] == places.chain[b], entity = places.entity[a] == places.entity[b];
  const bool residue = chain && places.residue[a] == places.residue[b];
  std::array<std::int32_t, 4> out{};
  out[0] = chain ? clipped(places.residue[a] - places.residue[b], kRelativeResidues) : kBins - 1;
  out[1] = kBins + (residue ? clipped(places.token[a] - places.token[b], kRelativeResidues) : kBins - 1);
  out[2] =
      2 * kBins + 1 + (entity ? clipped(places.copy[a] - places.copy[b], kRelativeChains) : 2 * kRelativeChains + 1);
  out[3] = entity ? 2 * kBins : -1;
  return out;
}

Tensor relative_encoding(const TokenPlaces& places, std::int64_t begin, std::int64_t end) {
  const std::int64_t n = places.tokens();
  Tensor out = Tensor::zeros({(end - begin) * n, kRelativeFeatures});
  float* const to = out.mutable_data<float>();
  parallel_for(end - begin, [&](std::int64_t row) {
    for (std::int64_t j = 0; j < n; ++j)
      for (const std::int32_t feature : relative_features(places, begin + row, j))
        if (feature >= 0) to[(row * n + j) * kRelativeFeatures + feature] = 1;
  });
  return out;
}

void add_relative_encoding(const TokenPlaces& places, const Tensor& table, Tensor& z) {
  const std::int64_t n = places.tokens(), width = z.size(1);
  const float* rows = table.data<float>();
  float* const to = z.mutable_data<float>();
  parallel_for(n, [&](std::int64_t i) {
    for (std::int64_t j = 0; j < n; ++j)
      for (const std::int32_t feature : relative_features(places, i, j)) {
        if (feature < 0) continue;
        for (std::int64_t c = 0; c < width; ++c) to[(i * n + j) * width + c] += rows[feature * width + c];
      }
  });
}

}  // namespace groel::structure_models
