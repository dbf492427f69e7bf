// Atoms in a row, and the windows in which they attend to one another: 32 queries, 128 keys around them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "tensor/tensor.h"

namespace groel::structure_models {

inline constexpr std::int64_t kWindowQueries = 32;
inline constexpr std::int64_t kWindowKeys = 128;

/// Windows of keys that would begin before the first atom or end after the last.
enum class WindowEdge {
  shifted,  ///< they are moved to lie within the atoms; fewer than 128 atoms leave empty keys (AlphaFold 3)
  padded,   ///< the same of atoms with the empty queries of the last window, which are empty keys (IntelliFold-2)
  cut       ///< they stay in the middle of the queries, and what lies outside is empty (Protenix)
};

/// The atoms of a complex, A in all, without gaps, and their W windows.
struct AtomWindows {
  std::int64_t atoms = 0, windows = 0, slots = 0;  ///< slots: of each token
  std::vector<std::int32_t> slot;                  ///< [A]: token * slots + slot
  std::vector<std::int32_t> token;                 ///< [A]
  std::vector<std::int32_t> first_atom;            ///< [N + 1]: atoms of token t are first_atom[t], …
  std::vector<std::int32_t> keys;                  ///< [W, 128]: an atom, or -1 where there is none

  std::int64_t tokens() const { return static_cast<std::int64_t>(first_atom.size()) - 1; }
  std::int64_t first_query(std::int64_t window) const { return window * kWindowQueries; }
  /// 32, fewer in the last window.
  std::int64_t queries(std::int64_t window) const { return std::min(kWindowQueries, atoms - window * kWindowQueries); }
};

/// `mask` [N, slots]: where atoms are. Errors: bad_input where there is none.
AtomWindows atom_windows(std::span<const std::uint8_t> mask, std::int64_t slots, WindowEdge edge);

/// Rows of x by index -> [rows, C]; zeros where the index is -1. x [A, C] f32.
Tensor taken_rows(const Tensor& x, std::span<const std::int32_t> rows);

}  // namespace groel::structure_models
