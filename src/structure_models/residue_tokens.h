// The tokens by which a language model reads residues.
#pragma once

#include <array>

#include "bio/tokenizer.h"

namespace groel::structure_models {

/// Of each type 0..20 (ideal_residues.h). Errors: bad_model, where the vocabulary lacks one.
std::array<std::int32_t, 21> residue_tokens(const bio::Tokenizer& tokenizer);

}  // namespace groel::structure_models
