// Logs the curves of a run: metrics.jsonl and TensorBoard's event file, cut back to the saved state on a resume.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "train/append_file.h"
#include "train/event_file.h"
#include "train/state.h"

namespace groel::train {

class RunLog {
 public:
  /// Opens `folder/metrics.jsonl` and an event file in `folder/tensorboard`, both cut back to what the state says; a
  /// state without an events file gets a new one. Errors: io.
  RunLog(const std::filesystem::path& folder, TrainerState& state);

  /// Appends a line; each number but `step` and `epoch` is a point of a curve, "train/…" or, for names that begin with
  /// "eval_", "eval/…".
  void line(const nlohmann::ordered_json& values);
  /// Writes to disk, and how long the files are now into the state.
  void sync(TrainerState& state);

 private:
  AppendFile metrics_;
  EventFile events_;
};

}  // namespace groel::train
