// Choice of backend by device, and of Highway's target by the active instruction-set level.
#pragma once

#include "base/error.h"
#include "tensor/tensor.h"

namespace groel::ops {

/// Caps Highway's run-time dispatch at active_isa(); cheap after the first call.
void use_active_isa();

/// Errors: unsupported, for a tensor on a device that this build has no kernels for.
inline void require_cpu(const Tensor& x) {
  if (x.device() != Device::cpu) throw Error(ErrorKind::unsupported, "this operator has no kernel for that device");
}

}  // namespace groel::ops

/// HWY_DYNAMIC_DISPATCH below the cap.
#define GROEL_DISPATCH(function) (::groel::ops::use_active_isa(), HWY_DYNAMIC_DISPATCH(function))
