// Keys of samples, of their steps, and of what a step draws.
#include "structure_models/seeded_noise.h"

#include <algorithm>
#include <numeric>

namespace groel::structure_models {

JaxKey SeededNoise::of(std::int64_t sample) const {
  return key_.fold_in(static_cast<std::uint32_t>(wanted_[static_cast<std::size_t>(sample)]));
}

void SeededNoise::start(std::int64_t sample, std::span<float> to) { of(sample).child(0).normal(to); }

DiffusionNoise::Pose SeededNoise::step(std::int64_t step, std::int64_t sample, std::span<float> to) {
  const JaxKey key = of(sample).child(1).fold_in(static_cast<std::uint32_t>(step));
  key.child(0).normal(to);
  Pose out{};
  key.child(1).normal(out.vectors);
  key.child(2).normal(out.translation);
  return out;
}

std::vector<std::int32_t> shuffled_rows(JaxKey key, std::int64_t rows) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::int32_t row) { return key.bits(static_cast<std::uint64_t>(row)); });
  return order;
}

}  // namespace groel::structure_models
