// Chooses which version of a kernel runs: Highway compiles each for every SIMD target, and active_isa() decides.
// (Highway's own choice is in its library, whose start costs milliseconds and which cannot be limited to a target.)
#pragma once

#include <cstddef>

#include "base/cpu.h"

namespace groel {

/// How wide the vectors of portable kernels are: the targets that are compiled, narrowest first.
enum class SimdLevel : std::size_t { baseline, avx2, avx512 };

/// The widest under active_isa().
SimdLevel simd_level();

/// The widest version that was compiled, up to simd_level().
template <class Function>
Function* choose_version(Function* const (&versions)[3]) {
  auto level = static_cast<std::size_t>(simd_level());
  while (versions[level] == nullptr) --level;
  return versions[level];
}

}  // namespace groel

/// After foreach_target.h, under HWY_ONCE: makes `function`, which each target's namespace defines, known to
/// GROEL_DISPATCH.
#define GROEL_EXPORT(function)                                                 \
  constexpr decltype(&HWY_STATIC_DISPATCH(function)) function##_versions[] = { \
      &HWY_STATIC_DISPATCH(function), HWY_CHOOSE_AVX2(function), HWY_CHOOSE_AVX3(function)}

/// The version to call.
#define GROEL_DISPATCH(function) ::groel::choose_version(function##_versions)
