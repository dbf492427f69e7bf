// Arrays of the blocks that networks of AlphaFold 3's kind publish alike, as OpenFold names them.
#pragma once

#include <string>

#include "structure_models/array_table.h"

namespace groel::structure_models {

/// Triangle multiplication and attention of pairs of width `z`. `own`: what the sizes of this stack begin with; `bias`:
/// the layer of the attention's bias.
void add_triangles(ArrayTable& to, const std::string& at, const std::string& z, const std::string& own,
                   const std::string& bias);
/// Gated attention whose queries have a bias: `linear_q`, `linear_k`, `linear_v`, `linear_g`, `linear_o`.
void add_attention(ArrayTable& to, const std::string& at, const std::string& width, const std::string& inner);

/// Sizes by the names that both tables have for them, as Protenix's first networks and OpenFold3's have them.
NamedSizes block_sizes();

}  // namespace groel::structure_models
