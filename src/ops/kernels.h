// Which kernels are in use, for `groel doctor` and logs.
#pragma once

#include <string>
#include <vector>

#include "base/cpu.h"
#include "ops/linear.h"

namespace groel::ops {

/// oneDNN's name of the kernel for products of that precision ("brg:avx512_core"), with "(inputs rounded to bf16)"
/// where the machine has no bf16 products.
std::string product_kernel(Precision precision);
/// Highway's name of the SIMD target in use ("AVX3").
std::string simd_target();
/// Levels that this build has kernels for, lowest first; machine_isa() may be above or below the last.
std::vector<Isa> compiled_isas();

}  // namespace groel::ops
