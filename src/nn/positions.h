// Rows of a table of learned positions, numbered as in fairseq's models.
#pragma once

#include <span>

#include "tensor/tensor.h"

namespace groel::nn {

struct LearnedPositions {
  std::int64_t rows;      ///< of the table
  std::int32_t pad;       ///< id of the token of padding
  std::int64_t residues;  ///< of a sequence that fills the table, for messages
};

/// The rows before the first token's: fairseq's models begin after the one for padding.
inline constexpr std::int32_t kFirstPosition = 2;
/// Tokens of the longest sequence that such a table has positions for.
inline std::int64_t max_tokens(std::int64_t rows) { return rows - kFirstPosition; }

/// The first token of a sequence has position 2 (0 is unused), the next 3, and so on; padding among them has 1 and
/// counts for nothing. tokens [T] i32, cu_seqlens [B+1] i32 (host) -> [T] i32. Errors: bad_input when a sequence needs
/// more than the rows of the table.
Tensor position_ids(const Tensor& tokens, const Tensor& cu_seqlens, const LearnedPositions& table);

/// The places of tokens in their sequences, from 0, or from as many as came before. cu_seqlens [B+1] i32 (host), before
/// [B] or empty -> [T] i32. Errors: bad_input when a sequence has more tokens than the `rows` of a table.
Tensor places(const Tensor& cu_seqlens, std::span<const std::int64_t> before, std::int64_t rows);

}  // namespace groel::nn
