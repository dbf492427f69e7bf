// Names of the kernels in force.
#include "ops/kernels.h"

#include <hwy/highway.h>

#include "base/cpu.h"
#include "ops/dispatch.h"
#include "ops/onednn.h"

namespace groel::ops {

std::string product_kernel(Precision precision) {
  const bool native = active_isa() >= Isa::avx512_bf16;
  const bool rounded = precision == Precision::bf16 && !native;
  const DType input = precision == Precision::bf16 && native ? DType::bf16 : DType::f32;
  const std::string kernel = TileProduct({.rows = 64, .in = 128, .out = 128, .input = input}).kernel();
  return rounded ? kernel + " (inputs rounded to bf16)" : kernel;
}

std::string simd_target() {
  use_active_isa();
  const std::int64_t supported = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(supported & -supported);  // the lowest bit is the best target
}

}  // namespace groel::ops
