// Computes learning rates by their schedules.
#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace groel::train {

Schedule::Schedule(const ScheduleOptions& options) : options_(options) {
  if (!(options.rate >= 0) || !std::isfinite(options.rate))
    throw Error(ErrorKind::usage, {"a learning rate is a number from 0 on", "`learning_rate`", {}});
  if (!(options.floor >= 0 && options.floor <= 1))
    throw Error(ErrorKind::usage, {"the floor is a fraction of the learning rate", "`floor`", "a number from 0 to 1"});
  if (options.warmup_steps < 0)
    throw Error(ErrorKind::usage, {"a warm-up is not negative", "`warmup`", "a number of steps, or a ratio below 1"});
}

double Schedule::rate(const ScheduleAt& at) const {
  const ScheduleOptions& o = options_;
  if (at.step < o.warmup_steps) return o.rate * (static_cast<double>(at.step) / static_cast<double>(o.warmup_steps));
  if (o.kind == ScheduleKind::constant) return o.rate;
  const auto decay_steps = static_cast<double>(std::max<std::int64_t>(1, o.total_steps - o.warmup_steps));
  const double by_steps = static_cast<double>(at.step - o.warmup_steps) / decay_steps;
  const double done = std::clamp(at.done >= 0 ? at.done : by_steps, 0.0, 1.0);
  const double left = o.kind == ScheduleKind::linear ? 1 - done : 0.5 * (1 + std::cos(std::numbers::pi * done));
  return o.rate * (o.floor + (1 - o.floor) * left);
}

std::int64_t warmup_steps(double ratio, std::int64_t total_steps) {
  return static_cast<std::int64_t>(std::ceil(ratio * static_cast<double>(total_steps)));
}

ScheduleKind parse_schedule(const std::string& text) {
  if (text == "constant") return ScheduleKind::constant;
  if (text == "linear") return ScheduleKind::linear;
  if (text == "cosine") return ScheduleKind::cosine;
  throw Error(ErrorKind::usage,
              {fmt::format("there is no schedule '{}'", text), "`schedule`", "constant, linear or cosine"});
}

}  // namespace groel::train
