// Which tokens of a packed batch are residues, where sequences have one end token on each side.
#pragma once

#include "ops/pool.h"

namespace groel::nn {

/// All tokens but the first and the last of each sequence. cu_seqlens [B+1] i32, host -> [B] ranges.
ops::Segments residue_tokens(const Tensor& cu_seqlens);

}  // namespace groel::nn
