// Thread pools: the process's own, and those of sessions. (oneDNN comes with OpenMP's threads but never uses them here:
// its products run on the calling thread.)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace groel {

/// As many as anyone may ask for.
inline constexpr int kMostThreads = 4096;

/// Threads that wait for work, and how many of them parallel_for may use. Work that runs with it has ended when it
/// goes.
class ThreadPool {
 public:
  /// 0: as many as cores that this process may run on. Threads start when there is work for them. Errors: usage, for
  /// less than 0 or more than kMostThreads.
  explicit ThreadPool(std::int64_t threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Of the work that this thread does (base/work.h).
  static ThreadPool& current() noexcept;

  int threads() const noexcept;
  void set_threads(std::int64_t threads);
  /// Threads that the system would not start, so that threads() became less than was set; 0 where it gave all.
  int refused() const noexcept;

 private:
  friend void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body);
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// How many threads run the parallel loop that this one is inside of; 0: it is in none.
int threads_in_loop() noexcept;
/// Threads that parallel_for uses here (at least 1; 1 inside a parallel loop).
inline int num_threads() noexcept { return threads_in_loop() > 0 ? 1 : ThreadPool::current().threads(); }
/// Errors: as ThreadPool.
inline void set_num_threads(std::int64_t threads) { ThreadPool::current().set_threads(threads); }
inline int refused_threads() noexcept { return ThreadPool::current().refused(); }
/// Cores that this process may run on (its affinity mask and cgroup quota).
int available_cores();

/// Runs body(i) for i in [0, count), in any order, on the current pool; returns when all are done. Called from inside a
/// parallel region, or while another thread has the pool, it runs serially. The first exception thrown by a body is
/// rethrown here. Errors: interrupted, before any index (see base/interrupt.h).
void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body);

}  // namespace groel
