// Models with seeded random weights, for benchmarks and tests of shapes that no checkpoint at hand has.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "checkpoints/load.h"

namespace groel::checkpoints {

/// The model that a configuration (Hugging Face's terms) describes, with every weight drawn uniformly within
/// ±1/sqrt(its last dimension) and norms at one; the same for a seed on every machine. Errors: memory
/// (before anything is drawn), and as load_model.
LoadedModel random_model(const nlohmann::json& config, std::uint64_t seed, ops::Precision precision,
                         ops::WeightForm weights = ops::WeightForm::exact);

}  // namespace groel::checkpoints
