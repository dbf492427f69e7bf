// The one thread pool. (oneDNN has OpenMP's, which it never gets to use: its products run on the calling thread.)
#pragma once

#include <cstdint>
#include <functional>

namespace groel {

/// As many as anyone may ask for.
inline constexpr int kMostThreads = 4096;

/// Threads that parallel_for uses (at least 1). Starts as the number of cores this process may run on.
int num_threads() noexcept;
/// Sets the number of threads for this process; 0 means all cores it may run on. Errors: usage, for less than 0 or more
/// than kMostThreads.
void set_num_threads(std::int64_t threads);
/// Threads that the system would not start, so that num_threads() became less than was set; 0 where it gave all.
int refused_threads() noexcept;
/// Cores that this process may run on (its affinity mask and cgroup quota).
int available_cores();

/// Runs body(i) for i in [0, count), in any order, on the pool; returns when all are done. Called from inside a
/// parallel region, or while another thread has the pool, it runs serially. The first exception thrown by a body is
/// rethrown here. Errors: interrupted, before any index (see base/interrupt.h).
void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body);

}  // namespace groel
