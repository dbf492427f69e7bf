// Rows of a table of learned positions, as fairseq's models number them.
#pragma once

#include "tensor/tensor.h"

namespace groel::nn {

struct LearnedPositions {
  std::int64_t rows;  ///< of the table
  std::int32_t pad;   ///< id of <pad>
};

/// The first token of a sequence has position 2 (0 is unused), the next 3, and so on; a <pad> among them has 1 and
/// counts for nothing. tokens [T] i32, cu_seqlens [B+1] i32 (host) -> [T] i32. Errors: bad_input when a sequence needs
/// more than the rows of the table.
Tensor position_ids(const Tensor& tokens, const Tensor& cu_seqlens, const LearnedPositions& table);

/// Residues that fit into such a table beside <cls> and <eos>.
inline std::int64_t max_residues(std::int64_t rows) { return rows - 4; }

}  // namespace groel::nn
