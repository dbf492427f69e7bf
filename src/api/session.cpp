// The public Session class.
#include <groel/session.h>

#include "api/impl.h"

namespace groel {

Session::Session(const SessionOptions& options)
    : impl_(std::make_shared<Impl>(engine::SessionSettings{
          .threads = options.threads, .memory = options.memory, .device = Device::cpu, .sink = options.sink})) {}

int Session::threads() const { return impl_->session.threads().threads(); }
void Session::set_threads(std::int64_t threads) { impl_->session.threads().set_threads(threads); }
void Session::cancel() { impl_->session.cancel(); }
void Session::resume() { impl_->session.resume(); }

}  // namespace groel
