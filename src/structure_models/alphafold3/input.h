// What AlphaFold 3's network is given, without the padding of its batch.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "folding/features.h"
#include "structure_models/relative_encoding.h"

namespace groel::structure_models {

/// N tokens with 24 slots each, R rows of the alignment, 4 templates.
struct Alphafold3Input : TokenNumbers {
  std::int64_t tokens = 0, rows = 0;
  std::vector<std::int32_t> aatype;                          ///< [N]
  std::vector<std::int8_t> msa;                              ///< [R, N]: 31 residue types
  std::vector<float> deletions;                              ///< [R, N]
  std::vector<float> profile;                                ///< [N, 31]
  std::vector<float> deletion_mean;                          ///< [N]
  std::vector<std::int32_t> template_aatype;                 ///< [4, N]
  std::vector<float> template_positions;                     ///< [4, N, 24, 3], Å
  std::vector<std::uint8_t> template_mask;                   ///< [4, N, 24]
  std::vector<float> ref_pos;                                ///< [N, 24, 3], Å
  std::vector<std::uint8_t> ref_mask;                        ///< [N, 24]
  std::vector<std::int32_t> ref_element;                     ///< [N, 24]
  std::vector<float> ref_charge;                             ///< [N, 24]
  std::vector<std::int32_t> ref_name_chars;                  ///< [N, 24, 4]: 0 to 63
  std::vector<std::int32_t> ref_space_uid;                   ///< [N, 24]
  std::vector<std::uint8_t> atom_mask;                       ///< [N, 24]: atoms that are predicted
  std::vector<std::pair<std::int32_t, std::int32_t>> bonds;  ///< of tokens: row and column of the pair matrix
  std::vector<std::int32_t> pseudo_beta;                     ///< [N]: token * 24 + slot
  std::vector<std::uint8_t> frames_mask;                     ///< [N]: tokens with a frame of three atoms
  std::vector<std::uint8_t> ligand;                          ///< [N]: tokens of no polymer
};

inline constexpr std::int64_t kInputSlots = 24, kInputTemplates = 4, kInputLetters = 31;

/// Errors: bad_input, naming an array that is missing or of another shape.
Alphafold3Input alphafold3_input(const folding::Features& features);

}  // namespace groel::structure_models
