// Counters, and a histogram of how long requests took.
#include "tasks/serve/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace groel::tasks {

void Metrics::count(const std::string& method, const std::string& path, int status, double seconds, std::int64_t inputs,
                    std::int64_t tokens) {
  const std::lock_guard lock(mutex_);
  ++requests_[{method, path, status}];
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  ++durations_[static_cast<std::size_t>(bound - kBounds.begin())];
  seconds_ += seconds;
  ++all_;
  inputs_ += inputs;
  tokens_ += tokens;
}

std::string Metrics::text(const QueueCounts& queue, std::int64_t waiting_jobs) const {
  const std::lock_guard lock(mutex_);
  std::string out;
  const auto metric = [&](const char* name, const char* type, const char* help) {
    out += fmt::format("# HELP groel_{} {}\n# TYPE groel_{} {}\n", name, help, name, type);
  };
  metric("request_count", "counter", "Requests that were answered");
  for (const auto& [key, count] : requests_)
    out += fmt::format("groel_request_count{{method=\"{}\",path=\"{}\",status=\"{}\"}} {}\n", std::get<0>(key),
                       std::get<1>(key), std::get<2>(key), count);
  metric("request_duration", "histogram", "Seconds from the request to its answer");
  std::int64_t so_far = 0;
  for (std::size_t i = 0; i < kBounds.size(); ++i)
    out += fmt::format("groel_request_duration_bucket{{le=\"{}\"}} {}\n", kBounds[i], so_far += durations_[i]);
  out += fmt::format("groel_request_duration_bucket{{le=\"+Inf\"}} {}\n", all_);
  out += fmt::format("groel_request_duration_sum {:.6f}\ngroel_request_duration_count {}\n", seconds_, all_);
  const auto number = [&](const char* name, const char* type, const char* help, const std::string& value) {
    metric(name, type, help);
    out += fmt::format("groel_{} {}\n", name, value);
  };
  number("request_inputs", "counter", "Sequences of requests", fmt::format("{}", inputs_));
  number("request_input_tokens", "counter", "Tokens of requests", fmt::format("{}", tokens_));
  number("queue_size", "gauge", "Requests that wait to be computed", fmt::format("{}", queue.waiting));
  number("queue_tokens", "gauge", "Their tokens", fmt::format("{}", queue.waiting_tokens));
  number("batch_count", "counter", "Batches that were computed", fmt::format("{}", queue.batches));
  number("batch_requests", "counter", "Requests in these", fmt::format("{}", queue.batched_requests));
  number("batch_tokens", "counter", "Tokens in these", fmt::format("{}", queue.tokens));
  number("inference_seconds", "counter", "Seconds that were computed", fmt::format("{:.6f}", queue.busy_seconds));
  if (waiting_jobs >= 0)
    number("job_queue_size", "gauge", "Jobs that wait for their turn", fmt::format("{}", waiting_jobs));
  return out;
}

}  // namespace groel::tasks
