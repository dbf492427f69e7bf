// Stops the program cleanly on Ctrl-C and on a request to terminate.
#pragma once

#include <atomic>

#include "base/work.h"

namespace groel {

/// From now on the first SIGINT, SIGTERM or SIGHUP sets a flag that check_interrupted() sees; work that has not come to
/// an end a second and a half later (a write that nobody reads, a library's long computation) is ended there and then,
/// as a second signal does at once. SIGPIPE is ignored so that a closed pipe is an ordinary write error.
void install_interrupt_handlers();

namespace detail {
inline std::atomic<int> interrupting_signal{0};
inline std::atomic<int> uninterrupted{0};
[[noreturn]] void throw_interrupted();
}  // namespace detail

/// Whether the flag is set or this thread's work is cancelled (base/work.h), and nothing forbids leaving now. A
/// few loads: for inner loops, too.
inline bool interrupt_requested() noexcept {
  const CancelFlag* const cancel = work_context().cancel;
  const bool cancelled = cancel != nullptr && cancel->load(std::memory_order_relaxed);
  return (cancelled || detail::interrupting_signal.load(std::memory_order_relaxed) != 0) &&
         detail::uninterrupted.load(std::memory_order_relaxed) == 0;
}

/// Throws Error(interrupted) when that is so. parallel_for calls it before every index.
inline void check_interrupted() {
  if (interrupt_requested()) detail::throw_interrupted();
}

/// While one lives, no thread of the process is interrupted: for what must be done whole, such as an update of a model
/// or its checkpoint.
class Uninterrupted {
 public:
  Uninterrupted() noexcept { ++detail::uninterrupted; }
  ~Uninterrupted();
  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;
};

/// Waits until `descriptor` has something to read, or its end. Errors: interrupted.
void wait_readable(int descriptor);

}  // namespace groel
