// Sizes of a MiniFold: as it is published, as a config.json says them, and as its arrays have them.
#pragma once

#include <nlohmann/json.hpp>

namespace groel::structure_models {

struct MinifoldShape {
  nlohmann::json language_model;  ///< as the family esm reads it
  std::int64_t language_layers = 36, language_width = 2560, language_heads = 40;
  std::int64_t blocks = 48;                       ///< updates of pairs; 12 in the smaller one
  std::int64_t width = 1024, pair_width = 128;    ///< Cs, Cz
  std::int64_t position_bins = 32;                ///< relative positions -32 to 32
  std::int64_t distance_bins = 64;                ///< whose likeliest goes into the next pass
  std::int64_t passes = 4;                        ///< through the trunk, where nothing else is asked for
  std::int64_t structure_blocks = 8, heads = 16;  ///< of attention over residues
  std::int64_t angle_width = 128, angle_blocks = 2;
  std::int64_t confidence_width = 128, confidence_bins = 50;
  float translation_scale = 10;    ///< Å in a unit of the network
  float least_angle_norm = 1e-5F;  ///< of (sine, cosine) before they are normalised, squared
};

/// Whether a config.json is one of MiniFold's: ESM-2's fields, and `minifold_config`.
bool is_minifold(const nlohmann::json& config);

/// Errors: bad_model naming the field that is missing or impossible.
MinifoldShape read_minifold_shape(const nlohmann::json& config);

}  // namespace groel::structure_models
