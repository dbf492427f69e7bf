// The outputs of models by name, and their shapes: files, tasks and the engine all use this list.
#pragma once

#include <groel/output.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace groel::bio {

/// What a value is said of, and with it the shape that an output of width W has for L residues in n tokens.
enum class Per {
  protein,       ///< [W]
  residue,       ///< [L, W]
  residue_pair,  ///< [L, L]
  token_pair,    ///< [W, n, n]: those at the ends have a part in each row's sum
};

using groel::name;
using groel::Output;

/// In order of Output.
std::span<const Output> all_outputs() noexcept;
Per per(Output output) noexcept;
/// Accepts "per-residue" and "per_residue".
std::optional<Output> parse_output(std::string_view text) noexcept;

/// Of one sequence.
struct Lengths {
  std::int64_t residues;
  std::int64_t tokens;
  std::int64_t rows = 1;  ///< of an alignment whose rows are all shown: what is said of residues is said of each row's
};
std::vector<std::int64_t> output_shape(Output output, std::int64_t width, const Lengths& of);

}  // namespace groel::bio
