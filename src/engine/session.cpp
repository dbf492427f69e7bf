// Creates a session.
#include "engine/session.h"

#include "base/error.h"

namespace groel::engine {
namespace {

Sink& nobody() {
  static Sink sink;
  return sink;
}

}  // namespace

Session::Session(const SessionSettings& settings)
    : memory_(MemoryPool::make()),
      threads_(settings.threads),
      memory_limit_(settings.memory),
      device_(settings.device),
      sink_(settings.sink != nullptr ? settings.sink : &nobody()) {
  if (device_ == Device::cuda) throw Error(ErrorKind::unsupported, {"this build has no CUDA backend", "device", {}});
}

}  // namespace groel::engine
