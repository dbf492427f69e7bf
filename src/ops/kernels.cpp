// Names of the kernels in use.
#include "ops/kernels.h"

#include <hwy/highway.h>

#include "base/cpu.h"
#include "base/simd_dispatch.h"
#include "ops/limits.h"
#include "ops/onednn.h"

namespace groel::ops {

std::string product_kernel(Precision precision) {
  const DType input = multiplied_type(precision);
  if (input == DType::u8 && byte_products() == ByteProducts::quads_256) return "bytes, AVX-VNNI";
  if (input == DType::u8 && byte_products() == ByteProducts::pairs_256) return "bytes widened to pairs, AVX2";
  const std::string kernel = TileProduct({.rows = 64, .in = 128, .out = 128, .input = input}).kernel();
  if (input != DType::f32) return kernel;
  if (precision == Precision::bf16) return kernel + " (inputs rounded to bf16)";
  return precision == Precision::int8 ? kernel + " (of whole numbers in f32)" : kernel;
}

std::string simd_target() {
#if HWY_ARCH_X86
  if (simd_level() == SimdLevel::avx512) return hwy::TargetName(HWY_AVX3);
  if (simd_level() == SimdLevel::avx2) return hwy::TargetName(HWY_AVX2);
#endif
  return hwy::TargetName(HWY_STATIC_TARGET);
}

std::vector<Isa> compiled_isas() {
  std::vector<Isa> out{Isa::baseline};
#if HWY_ARCH_X86
  if ((HWY_TARGETS & HWY_AVX2) != 0) out.push_back(Isa::avx2);
  if ((HWY_TARGETS & HWY_AVX3) != 0) out.push_back(Isa::avx512);
  out.insert(out.end(), {Isa::avx512_bf16, Isa::amx});  // by intrinsics (bf16_intrinsics.h) and oneDNN
#endif
  return out;
}

}  // namespace groel::ops
