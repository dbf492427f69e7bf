// What a piece of work runs with: threads, memory, device, where its messages go, and who may cancel it.
#pragma once

#include <memory>
#include <optional>

#include "base/progress.h"
#include "base/threads.h"
#include "base/work.h"
#include "tensor/storage.h"

namespace groel::engine {

struct SessionSettings {
  std::int64_t threads = 0;           ///< 0: as many as cores that this process may run on
  std::optional<std::size_t> memory;  ///< bytes that all of it may take; none: most of what the machine has free
  Device device = Device::cpu;
  Sink* sink = nullptr;  ///< outlives the session; nullptr: nobody listens
};

/// Several live in one process and know nothing of each other. Tensors and models that were made in one may be used in
/// another, and outlive it.
class Session {
 public:
  /// Errors: usage, for an impossible number of threads; unsupported, for a device that this build lacks.
  explicit Session(const SessionSettings& settings = {});

  /// While one lives, its thread works for the session.
  class Scope {
   public:
    explicit Scope(Session& session) : work_(session.context()) {}

   private:
    WorkScope work_;
  };

  ThreadPool& threads() noexcept { return threads_; }
  MemoryPool& memory() noexcept { return *memory_; }
  const std::optional<std::size_t>& memory_limit() const noexcept { return memory_limit_; }
  Device device() const noexcept { return device_; }
  Sink& sink() const noexcept { return *sink_; }

  /// From any thread: the session's work ends at its next step with an error of kind interrupted, and what would begin
  /// after it, until `resume`.
  void cancel() noexcept { cancelled_ = true; }
  void resume() noexcept { cancelled_ = false; }
  bool cancelled() const noexcept { return cancelled_; }

 private:
  WorkContext context() noexcept { return {&threads_, memory_.get(), &cancelled_}; }

  std::shared_ptr<MemoryPool> memory_;
  ThreadPool threads_;  // ends before the memory goes
  std::optional<std::size_t> memory_limit_;
  Device device_;
  Sink* sink_;
  CancelFlag cancelled_{false};
};

}  // namespace groel::engine
