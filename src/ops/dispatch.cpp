// The cap on Highway's targets.
#include "ops/dispatch.h"

#include <hwy/highway.h>

#include "base/cpu.h"

namespace groel::ops {
namespace {

// On x86 a better target has a lower bit, so everything above a level is a mask of low bits.
std::int64_t targets_above(Isa isa) {
#if HWY_ARCH_X86
  if (isa == Isa::baseline) return (HWY_AVX2 << 1) - 1;
  if (isa == Isa::avx2) return HWY_AVX2 - 1;
  if (isa == Isa::avx512) return HWY_AVX3 - 1;
#else
  (void)isa;
#endif
  return 0;
}

}  // namespace

void use_active_isa() {
  static const bool done = [] {
    hwy::DisableTargets(targets_above(active_isa()));
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return true;
  }();
  (void)done;
}

}  // namespace groel::ops
