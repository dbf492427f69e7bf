// The sampler's random numbers of a seed, for networks whose authors draw with PyTorch's generator, which is not
// repeatable across devices: our own (structure_models/threefry.h), the same wherever they are made.
#pragma once

#include "structure_models/diffusion_sampler.h"

namespace groel::structure_models {

/// Each sample's own numbers, whichever others are asked for. `wanted` outlives it.
class SeededNoise final : public DiffusionNoise {
 public:
  SeededNoise(JaxKey key, std::span<const std::int64_t> wanted) : key_(key), wanted_(wanted) {}
  void start(std::int64_t sample, std::span<float> to) override;
  Pose step(std::int64_t step, std::int64_t sample, std::span<float> to) override;

 private:
  JaxKey of(std::int64_t sample) const;

  JaxKey key_;
  std::span<const std::int64_t> wanted_;
};

/// Rows 0, 1, … in an order that a key draws.
std::vector<std::int32_t> shuffled_rows(JaxKey key, std::int64_t rows);

}  // namespace groel::structure_models
