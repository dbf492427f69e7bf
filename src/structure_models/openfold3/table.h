// The arrays that a file of OpenFold3 holds, by their published names.
#pragma once

#include <vector>

#include "structure_models/array_table.h"

namespace groel::structure_models {

/// How many blocks the parts of a network have; as published.
struct Openfold3Blocks {
  std::int64_t templates = 2, alignment = 4, trunk = 48, tokens = 24, confidence = 4;
  std::int64_t atoms = 3, encoder = 3, decoder = 3;  ///< of the first encoder, and of the diffusion's
  bool one_atom_norm = false;   ///< one norm of pairs for all blocks of a transformer of atoms (since preview 2)
  bool one_token_norm = false;  ///< likewise of tokens (since OpenBind)
};
/// Sizes of the published networks.
NamedSizes openfold3_sizes();
/// Every array of such a network, with its shape; without the second copy of the diffusion module that files have.
std::vector<RecordRule> openfold3_table(const Openfold3Blocks& blocks, const NamedSizes& sizes);
/// Every array of a network with as many blocks as `published` has, with its shape (as protenix_table).
std::vector<RecordRule> openfold3_table(const io::ArrayMap& published);

/// The norms by which releases are told: of pairs of tokens and of atoms, one for all blocks.
inline constexpr const char* kOpenfold3TokenNorm = "diffusion_module.diffusion_transformer.layer_norm_z.weight";
inline constexpr const char* kOpenfold3AtomNorm = "diffusion_module.atom_attn_dec.atom_transformer.layer_norm_z.weight";

}  // namespace groel::structure_models
