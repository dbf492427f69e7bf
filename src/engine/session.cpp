// Making a session.
#include "engine/session.h"

#include "base/error.h"

namespace groel::engine {
namespace {

Sink& nobody() {
  static Sink sink;
  return sink;
}

}  // namespace

Session::Session(const SessionOptions& options)
    : memory_(MemoryPool::make()),
      threads_(options.threads),
      memory_limit_(options.memory),
      device_(options.device),
      sink_(options.sink != nullptr ? options.sink : &nobody()) {
  if (device_ == Device::cuda) throw Error(ErrorKind::unsupported, {"this build has no CUDA backend", "device", {}});
}

}  // namespace groel::engine
