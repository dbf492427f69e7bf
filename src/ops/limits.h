// The best speed that this machine reaches, measured: the limits that benchmarks compare with.
#pragma once

#include <cstdint>

#include "ops/linear.h"

namespace groel::ops {

struct ProductShape {
  std::int64_t in = 0;
  std::int64_t out = 0;
};

/// Type of the numbers that a product of that precision multiplies with the active instruction set: f32, bf16, u8.
DType multiplied_type(Precision precision);

/// Floating-point operations (of int8: of whole numbers) per second of bare oneDNN products (where it has none
/// of bytes, ours) x [256, in] · wᵀ, one independent product per thread at a time, on all threads of the pool: the best
/// of several short runs (about 0.1 s in all).
double measure_product_rate(const ProductShape& shape, Precision precision);

/// Bytes per second that all threads together read and write in a[i] = b[i] + s * c[i] over arrays far larger than the
/// caches, as STREAM's triad counts them: the best of several runs.
double measure_memory_bandwidth();

}  // namespace groel::ops
