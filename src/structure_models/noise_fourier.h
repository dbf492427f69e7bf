// A noise level as numbers that a network can read (Abramson et al. 2024, algorithm 22).
#pragma once

#include <cstdint>
#include <span>

#include "tensor/tensor.h"

namespace groel::structure_models {

inline constexpr std::int64_t kNoiseFeatures = 256;
/// [256]: AlphaFold 3's constants. Other families have theirs in their files.
std::span<const float> noise_frequencies();
std::span<const float> noise_phases();

/// cos(2 pi (w ln(level) / 4 + b)) -> [1, 256]. `level`: of the noise, over that of the data.
Tensor noise_features(float level, std::span<const float> frequencies, std::span<const float> phases);

}  // namespace groel::structure_models
