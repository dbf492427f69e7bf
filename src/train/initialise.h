// Weights to start learning from.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "engine/checkpoint.h"

namespace groel::train {

/// A checkpoint of the configuration with weights drawn as Transformers does: normal with deviation
/// `initializer_range` (0.02), biases 0, norms 1, the row of <pad> 0. Without contact head. Errors: bad_model,
/// unsupported, from the family.
engine::Checkpoint initial_checkpoint(const nlohmann::json& config, std::uint64_t seed);

}  // namespace groel::train
