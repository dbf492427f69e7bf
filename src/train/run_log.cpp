// Writes the log of a training run.
#include "train/run_log.h"

#include <chrono>

#include "base/error.h"

namespace groel::train {
namespace {

namespace fs = std::filesystem;

// TensorBoard takes every file whose name holds "tfevents".
fs::path events_path(const fs::path& folder, TrainerState& state) {
  if (state.events_file.empty())
    state.events_file =
        fmt::format("events.out.tfevents.{:010d}.groel", static_cast<std::int64_t>(seconds_since_epoch()));
  const fs::path events = folder / "tensorboard";
  std::error_code failed;
  fs::create_directories(events, failed);
  if (failed) throw_errno(events.string(), "create the folder", failed.value());
  return events / state.events_file;
}

std::string curve_of(const std::string& name) {
  return name.starts_with("eval_") ? "eval/" + name.substr(5) : "train/" + name;
}

}  // namespace

RunLog::RunLog(const fs::path& folder, TrainerState& state)
    : metrics_(folder / "metrics.jsonl", state.metrics_bytes),
      events_(events_path(folder, state), state.events_bytes) {}

void RunLog::line(const nlohmann::ordered_json& values) {
  metrics_.append(values.dump() + "\n");
  const double time = seconds_since_epoch();
  const auto step = values.at("step").get<std::int64_t>();
  for (const auto& [name, value] : values.items())
    if (value.is_number() && name != "step") events_.scalar(curve_of(name), step, value.get<double>(), time);
}

void RunLog::sync(TrainerState& state) {
  metrics_.sync();
  events_.sync();
  state.metrics_bytes = metrics_.size();
  state.events_bytes = events_.size();
}

}  // namespace groel::train
