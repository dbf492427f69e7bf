// Where AlphaFold 3's random numbers come from, key by key.
#include <algorithm>
#include <numeric>

#include "structure_models/alphafold3/alphafold3.h"

namespace groel::structure_models {
namespace {

// Of one pass: the key of its templates, then that of the shuffle.
std::vector<std::int32_t> shuffled(JaxKey pass, std::int64_t rows, std::int64_t most) {
  const JaxKey key = pass.child(0).child(1);
  std::vector<float> drawn;
  for (std::int64_t r = 0; r < rows; ++r) drawn.push_back(key.fold_in(static_cast<std::uint32_t>(r)).gumbel(0));
  std::vector<std::int32_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::int32_t r) { return drawn[static_cast<std::size_t>(r)]; });
  order.resize(static_cast<std::size_t>(std::min(rows, most)));
  return order;
}

}  // namespace

Alphafold3Draws alphafold3_draws(std::uint32_t seed, std::int64_t passes, std::int64_t rows, std::int64_t most) {
  // Haiku hands out keys one by one: the first to the trunk, then one to each stack of layers of each pass (four
  // templates, the alignment, the Pairformer), then one to the diffusion.
  constexpr std::int64_t kStacks = 6;
  JaxKey haiku(seed);
  JaxKey trunk = haiku.split();
  Alphafold3Draws out{{}, haiku};
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    out.rows.push_back(shuffled(trunk.split(), rows, most));
    for (std::int64_t stack = 0; stack < kStacks; ++stack) haiku.split();
  }
  out.diffusion = haiku.split();
  return out;
}

}  // namespace groel::structure_models
