// A session: the threads and memory that work uses, where its messages go, and how to cancel it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "groel/progress.h"

namespace groel {

struct SessionOptions {
  std::int64_t threads = 0;           ///< 0: as many as cores that this process may run on
  std::optional<std::size_t> memory;  ///< bytes that all of it may take; none: most of what the machine has free
  Sink* sink = nullptr;               ///< gets progress, notes and warnings, and outlives the session; nullptr: nobody
};

/// Several live in one process and know nothing of each other. Copies are the same session.
class Session {
 public:
  /// Throws Error, for an impossible number of threads.
  explicit Session(const SessionOptions& options = {});

  int threads() const;
  void set_threads(std::int64_t threads);
  /// From any thread: what works in this session ends at its next step with an Error of kind interrupted, and so does
  /// what begins after it, until `resume`.
  void cancel();
  void resume();

  struct Impl;
  const std::shared_ptr<Impl>& impl() const noexcept { return impl_; }

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace groel
