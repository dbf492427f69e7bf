// Counts of a server, in Prometheus' text form.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "tasks/serve/compute_queue.h"

namespace groel::tasks {

class Metrics {
 public:
  void count(const std::string& method, const std::string& path, int status, double seconds, std::int64_t inputs,
             std::int64_t tokens);
  /// Names are TEI's under groel_. `waiting_jobs`: below 0, where there are no jobs.
  std::string text(const QueueCounts& queue, std::int64_t waiting_jobs) const;

 private:
  static constexpr std::array kBounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0};
  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, int>, std::int64_t> requests_;
  std::array<std::int64_t, kBounds.size() + 1> durations_{};  // by the first bound that is enough
  double seconds_ = 0;
  std::int64_t all_ = 0, inputs_ = 0, tokens_ = 0;
};

}  // namespace groel::tasks
