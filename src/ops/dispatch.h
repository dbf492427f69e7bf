// Choice of backend by device.
#pragma once

#include "base/error.h"
#include "tensor/tensor.h"

namespace groel::ops {

/// Errors: unsupported, for a tensor on a device that this build has no kernels for.
inline void require_cpu(const Tensor& x) {
  if (x.device() != Device::cpu) throw Error(ErrorKind::unsupported, "this operator has no kernel for that device");
}

}  // namespace groel::ops
