// Which kernels are in use, for `groel doctor` and logs.
#pragma once

#include <string>

#include "ops/linear.h"

namespace groel::ops {

/// oneDNN's name of the kernel for products of that precision ("brg:avx512_core"), with "(inputs rounded to bf16)"
/// where the machine has no bf16 products.
std::string product_kernel(Precision precision);
/// Highway's name of the SIMD target in use ("AVX3").
std::string simd_target();
}  // namespace groel::ops
