// Where two tokens are relative to one another, as one-hot features of their pair (Abramson et al. 2024, algorithm 3).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tensor/tensor.h"

namespace groel::structure_models {

/// What tells tokens apart, [N] each.
struct TokenPlaces {
  std::span<const std::int32_t> residue;  ///< number of the residue
  std::span<const std::int32_t> token;    ///< number of the token
  std::span<const std::int32_t> chain;    ///< asym_id
  std::span<const std::int32_t> entity;   ///< chains of one sequence
  std::span<const std::int32_t> copy;     ///< sym_id: which of these
  std::int64_t tokens() const { return static_cast<std::int64_t>(residue.size()); }
};

/// The same as inputs of networks hold it.
struct TokenNumbers {
  std::vector<std::int32_t> residue_index, token_index, asym_id, entity_id, sym_id;  ///< [N]
  TokenPlaces places() const { return {residue_index, token_index, asym_id, entity_id, sym_id}; }
};

inline constexpr std::int32_t kRelativeResidues = 32, kRelativeChains = 2;
/// 66 for the distance of residues, 66 for that of tokens in a residue, 1 for the same entity, 6 for its copies.
inline constexpr std::int64_t kRelativeFeatures = 2 * (2 * kRelativeResidues + 2) + 1 + 2 * kRelativeChains + 2;

/// The features of a pair that are 1; the last is -1 for tokens of two entities.
std::array<std::int32_t, 4> relative_features(const TokenPlaces& places, std::int64_t i, std::int64_t j);

/// [rows * N, 139] of rows [begin, end) of the grid of pairs.
Tensor relative_encoding(const TokenPlaces& places, std::int64_t begin, std::int64_t end);

/// table [139, C]: what a linear layer gives of each feature; is added to z [N * N, C].
void add_relative_encoding(const TokenPlaces& places, const Tensor& table, Tensor& z);

}  // namespace groel::structure_models
