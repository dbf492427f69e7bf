// The learning rate during a run: warm-up, then constant, linear or cosine, with the same values as Hugging Face.
#pragma once

#include <cstdint>
#include <string>

namespace groel::train {

enum class ScheduleKind { constant, linear, cosine };

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::linear;
  double rate = 5e-5;             ///< highest
  std::int64_t warmup_steps = 0;  ///< the first update of a warm-up has rate 0
  std::int64_t total_steps = 0;   ///< at which the decay ends
  double floor = 0;               ///< fraction of the rate that the decay ends at
};

/// Where in the run an update is.
struct ScheduleAt {
  std::int64_t step = 0;  ///< updates made before this one
  double done = -1;       ///< how much of the run's time is over, in [0, 1], where time decides; negative: steps do
};

class Schedule {
 public:
  /// Errors: usage, for a negative rate, a floor outside [0, 1], or a warm-up that is longer than the run.
  explicit Schedule(const ScheduleOptions& options);
  double rate(const ScheduleAt& at) const;

 private:
  ScheduleOptions options_;
};

/// Warm-up steps of a ratio: rounded up, as Hugging Face does.
std::int64_t warmup_steps(double ratio, std::int64_t total_steps);
/// Parses "constant", "linear" or "cosine". Errors: usage.
ScheduleKind parse_schedule(const std::string& text);

}  // namespace groel::train
