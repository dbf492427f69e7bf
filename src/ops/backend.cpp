// The table of devices.
#include "ops/backend.h"

#include "base/error.h"

namespace groel::ops {

const Backend& backend(Device device) {
  switch (device) {
    case Device::cpu: return cpu_backend();
    case Device::shape: return shape_backend();
    case Device::cuda: break;
  }
  throw Error(ErrorKind::unsupported, "this build has no kernels for that device");
}

}  // namespace groel::ops
