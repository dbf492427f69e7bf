// What config.json of an ESMFold says: the language model, the trunk, the structure module, and the heads.
#pragma once

#include <nlohmann/json.hpp>

#include "nn/folding/triangle_attention.h"
#include "structure_models/structure_module.h"

namespace groel::structure_models {

/// The trunk: sequence states of width Cs and pair states of width Cz.
struct EsmfoldTrunkShape {
  std::int64_t blocks = 48;
  std::int64_t width = 1024, pair_width = 128;         ///< Cs, Cz
  std::int64_t head_width = 32, pair_head_width = 32;  ///< of attention over residues, and along rows of pairs
  std::int64_t position_bins = 32;                     ///< relative positions -32 to 32
  std::int64_t passes = 4;                             ///< through the trunk, where nothing else is asked for
  nn::folding::EndingBias ending_bias = nn::folding::EndingBias::transposed;  ///< as OpenFold's

  std::int64_t heads() const { return width / head_width; }
  std::int64_t pair_heads() const { return pair_width / pair_head_width; }
};

struct EsmfoldShape {
  nlohmann::json language_model;  ///< as the family esm reads it
  std::int64_t language_layers = 36, language_width = 2560;
  bool residue_embedding = true;  ///< a vector for each kind of residue is added to the language model's
  EsmfoldTrunkShape trunk;
  StructureModuleShape structure;
  std::int64_t confidence_width = 128;
};

/// Whether a config.json is one of ESMFold's.
bool is_esmfold(const nlohmann::json& config);

/// Errors: bad_model naming the field that is missing or impossible; unsupported, for variants that were never
/// published (attention maps as pairs, no language model).
EsmfoldShape read_esmfold_shape(const nlohmann::json& config);

}  // namespace groel::structure_models
