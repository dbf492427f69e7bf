// parallel_for on OpenMP; under ThreadSanitizer on plain threads, whose joins it understands.
#include "base/threads.h"

#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"

namespace groel {
namespace {

std::atomic<int> g_threads{0};

// cgroup v2 quota in whole cores, or 0 when there is none.
int quota_cores() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return 0;
  return std::max(1, static_cast<int>(std::stod(quota) / period + 0.5));
}

class FirstError {
 public:
  void guard(const std::function<void(std::int64_t)>& body, std::int64_t i) noexcept {
    if (failed_.load(std::memory_order_relaxed)) return;
    try {
      body(i);
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (!error_) error_ = std::current_exception();
      failed_.store(true, std::memory_order_relaxed);
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::exception_ptr error_;
};

#if defined(__SANITIZE_THREAD__)
#define GROEL_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GROEL_TSAN 1
#endif
#endif

#ifdef GROEL_TSAN
thread_local bool t_inside = false;

void run(std::int64_t count, int threads, FirstError& errors, const std::function<void(std::int64_t)>& body) {
  std::atomic<std::int64_t> next{0};
  std::vector<std::jthread> pool;
  for (int t = 0; t < threads; ++t)
    pool.emplace_back([&] {
      t_inside = true;
      for (std::int64_t i = next++; i < count; i = next++) errors.guard(body, i);
    });
}
bool inside() { return t_inside; }
#else
void run(std::int64_t count, int threads, FirstError& errors, const std::function<void(std::int64_t)>& body) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (std::int64_t i = 0; i < count; ++i) errors.guard(body, i);
}
bool inside() { return omp_in_parallel() != 0; }
#endif

}  // namespace

int available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int affinity = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  const int quota = quota_cores();
  return std::max(1, quota > 0 ? std::min(affinity, quota) : affinity);
}

int num_threads() noexcept {
  int threads = g_threads.load(std::memory_order_relaxed);
  if (threads == 0) {
    threads = available_cores();
    g_threads.store(threads, std::memory_order_relaxed);
  }
  return threads;
}

void set_num_threads(int threads) {
  if (threads < 0 || threads > 4096)
    throw Error(ErrorKind::usage, fmt::format("{} is not a number of threads", threads));
  g_threads.store(threads == 0 ? available_cores() : threads, std::memory_order_relaxed);
}

void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  const int threads = static_cast<int>(std::min<std::int64_t>(num_threads(), count));
  if (threads <= 1 || inside()) {
    for (std::int64_t i = 0; i < count; ++i) body(i);
    return;
  }
  FirstError errors;
  run(count, threads, errors, body);
  errors.rethrow();
}

}  // namespace groel
