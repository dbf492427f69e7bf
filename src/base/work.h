// For whom a thread works: a session sets it for its thread, and the threads that help take it over.
#pragma once

#include <atomic>

namespace groel {

class ThreadPool;
class MemoryPool;

/// Raised by who wants the work to end; seen by check_interrupted() wherever the work is done.
using CancelFlag = std::atomic<bool>;

/// Null: the process's own threads and memory, and nobody to cancel it.
struct WorkContext {
  ThreadPool* threads = nullptr;
  MemoryPool* memory = nullptr;
  const CancelFlag* cancel = nullptr;
};

namespace detail {
inline constinit thread_local WorkContext work_context{};
}  // namespace detail

inline const WorkContext& work_context() noexcept { return detail::work_context; }

/// While it lives, this thread's work is that of `context`.
class WorkScope {
 public:
  explicit WorkScope(const WorkContext& context) noexcept : before_(detail::work_context) {
    detail::work_context = context;
  }
  ~WorkScope() { detail::work_context = before_; }
  WorkScope(const WorkScope&) = delete;
  WorkScope& operator=(const WorkScope&) = delete;

 private:
  WorkContext before_;
};

}  // namespace groel
