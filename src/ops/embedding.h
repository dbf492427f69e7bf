// embedding: takes rows of a table by id and scales each.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

/// table [V, D] f32, ids [T] i32 in [0, V) -> [T, D] f32; row t is table[ids[t]] * scale[t] (scale [T] f32, or
/// undefined: 1; a scale of exactly 0 gives exact zeros). Errors: internal when an id is outside the table.
Tensor embedding(const Tensor& table, const Tensor& ids, const Tensor& scale = {});

namespace reference {
Tensor embedding(const Tensor& table, const Tensor& ids, const Tensor& scale = {});
}

}  // namespace groel::ops
