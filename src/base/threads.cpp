// parallel_for on a pool of threads; waiting threads soon release their cores.
#include "base/threads.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <fstream>
#include <mutex>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/system.h"
#include "base/work.h"

namespace groel {
namespace {

constexpr std::size_t kStack = std::size_t{2} << 20;

// Threads that there is room for. Where address space is limited, their stacks take a quarter of what is left of it:
// without the rest there would be no memory to work with.
int threads_with_room() {
  constexpr int kMost = 1 << 16;
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kMost;
  const std::size_t taken = virtual_memory();
  const std::size_t left = limit.rlim_cur > taken ? static_cast<std::size_t>(limit.rlim_cur) - taken : 0;
  return static_cast<int>(std::min<std::size_t>(kMost, left / 4 / kStack));
}

// Starts a thread; none where the system has no more to give. Its stack is the same whatever limit the shell sets on
// stacks: enough for the kernels and oneDNN's compiler, and little where address space is short.
std::optional<pthread_t> start_thread(void* (*body)(void*), void* argument) {
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) != 0) return std::nullopt;
  ::pthread_attr_setstacksize(&attributes, kStack);
  // Signals that ask to stop go to the main thread, whose handlers have a stack of their own (base/interrupt.cpp).
  sigset_t stopping, before;
  ::sigemptyset(&stopping);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGALRM}) ::sigaddset(&stopping, signal);
  ::pthread_sigmask(SIG_BLOCK, &stopping, &before);
  pthread_t thread;
  const bool started = ::pthread_create(&thread, &attributes, body, argument) == 0;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_attr_destroy(&attributes);
  return started ? std::optional(thread) : std::nullopt;
}

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
  bool failed() const noexcept { return failed_.load(std::memory_order_relaxed); }
  void guard(const std::function<void(std::int64_t)>& body, std::int64_t i) noexcept {
    try {
      check_interrupted();
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

thread_local int t_inside = 0;  // threads of the loop

// While one lives, its thread runs bodies.
class Inside {
 public:
  explicit Inside(int threads) { t_inside = threads; }
  ~Inside() { t_inside = 0; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
};

inline void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Returns once `value` is not `old` any more. Spins first, as long as a wake-up by the system would take: the next
// operator, or the end of this one, is mostly nearer than that. Not longer, for what else may want the core.
void wait_for_change(const std::atomic<int>& value, int old) {
  constexpr auto kSpin = std::chrono::microseconds(200);
  constexpr int kBetweenLooks = 64;
  const auto end = std::chrono::steady_clock::now() + kSpin;
  while (value.load(std::memory_order_acquire) == old) {
    for (int i = 0; i < kBetweenLooks; ++i) {
      pause_briefly();
      if (value.load(std::memory_order_acquire) != old) return;
    }
    if (std::chrono::steady_clock::now() > end) {
      value.wait(old, std::memory_order_acquire);
      return;
    }
  }
}

/// Indices that threads take one by one.
class Job {
 public:
  Job(std::int64_t count, int threads, const std::function<void(std::int64_t)>& body)
      : count_(count), threads_(threads), body_(body), context_(work_context()) {}
  void work() {
    const Inside inside(threads_);
    const WorkScope scope(context_);
    for (std::int64_t i = next_++; i < count_ && !errors_.failed(); i = next_++) errors_.guard(body_, i);
  }
  void rethrow() const { errors_.rethrow(); }

 private:
  std::int64_t count_;
  int threads_;
  const std::function<void(std::int64_t)>& body_;
  WorkContext context_;
  std::atomic<std::int64_t> next_{0};
  FirstError errors_;
};

int checked(std::int64_t threads) {
  if (threads < 0 || threads > kMostThreads)
    throw Error(ErrorKind::usage, {fmt::format("{} is not a number of threads", threads), "`threads`",
                                   fmt::format("1 to {}, or 0 for every core", kMostThreads)});
  return threads == 0 ? available_cores() : static_cast<int>(threads);
}

}  // namespace

/// Threads that wait for jobs. One that wakes up late finds the job closed and is not waited for.
class ThreadPool::Impl {
 public:
  explicit Impl(int allowed) : allowed_(allowed) {}
  ~Impl() {
    ending_ = true;
    ++jobs_;
    jobs_.notify_all();
    for (const pthread_t thread : threads_) ::pthread_join(thread, nullptr);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  int allowed() const noexcept { return allowed_.load(std::memory_order_relaxed); }
  void allow(int threads) noexcept { allowed_.store(threads, std::memory_order_relaxed); }
  int refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

  /// Runs the job on this thread and up to `helpers` others. When the pool is busy with another thread's job, on this
  /// one alone.
  void run(Job& job, int helpers) {
    const std::unique_lock busy(running_, std::try_to_lock);
    if (!busy) return job.work();
    open(job, helpers);
    job.work();
    {
      const std::scoped_lock lock(gate_);
      job_ = nullptr;
    }
    for (int active = active_; active != 0; active = active_) wait_for_change(active_, active);
  }

 private:
  int started() const { return static_cast<int>(threads_.size()); }

  // Up to `wanted` threads; where the system refuses some, everyone goes on with those there are.
  void start_threads(int wanted) {
    for (int room = started() < wanted ? threads_with_room() : 0; started() < wanted; --room) {
      const auto serve_it = [](void* pool) -> void* {
        static_cast<Impl*>(pool)->serve();
        return nullptr;
      };
      const auto thread = room > 0 ? start_thread(serve_it, this) : std::nullopt;
      if (!thread) {
        refused_ = wanted - started();
        allow(started() + 1);
        return;
      }
      threads_.push_back(*thread);
    }
  }

  void open(Job& job, int helpers) {
    start_threads(helpers);
    {
      const std::scoped_lock lock(gate_);
      job_ = &job;
      places_ = helpers;
    }
    ++jobs_;
    jobs_.notify_all();
  }

  Job* enter() {
    const std::scoped_lock lock(gate_);
    if (job_ == nullptr || places_ == 0) return nullptr;
    --places_;
    ++active_;
    return job_;
  }

  void serve() {
    for (int seen = 0; !ending_;) {
      wait_for_change(jobs_, seen);
      seen = jobs_;
      if (Job* job = enter()) {
        job->work();
        --active_;
        active_.notify_all();
      }
    }
  }

  std::atomic<int> allowed_;
  std::atomic<int> refused_{0};
  std::mutex running_;              // held by who runs a job
  std::vector<pthread_t> threads_;  // under running_
  std::atomic<bool> ending_{false};
  std::atomic<int> jobs_{0};    // opened so far
  std::mutex gate_;             // guards the two below, and entering
  Job* job_ = nullptr;          // the open one
  int places_ = 0;              // threads that it still wants
  std::atomic<int> active_{0};  // threads in it, beside the one that runs it
};

ThreadPool::ThreadPool(std::int64_t threads) : impl_(std::make_unique<Impl>(checked(threads))) {}
ThreadPool::~ThreadPool() = default;

ThreadPool& ThreadPool::current() noexcept {
  if (ThreadPool* const pool = work_context().threads) return *pool;
  static auto* const own = new ThreadPool;  // never destroyed: its threads wait in it until the process ends
  return *own;
}

int ThreadPool::threads() const noexcept { return impl_->allowed(); }
void ThreadPool::set_threads(std::int64_t threads) { impl_->allow(checked(threads)); }
int ThreadPool::refused() const noexcept { return impl_->refused(); }

int available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int affinity = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  const int quota = quota_cores();
  return std::max(1, quota > 0 ? std::min(affinity, quota) : affinity);
}

int threads_in_loop() noexcept { return t_inside; }

void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  ThreadPool& pool = ThreadPool::current();
  const int threads = static_cast<int>(std::min<std::int64_t>(pool.threads(), count));
  if (threads <= 1 || t_inside > 0) {
    for (std::int64_t i = 0; i < count; ++i) {
      check_interrupted();
      body(i);
    }
    return;
  }
  Job job(count, threads, body);
  pool.impl_->run(job, threads - 1);
  job.rethrow();
}

}  // namespace groel
