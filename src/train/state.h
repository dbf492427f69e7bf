// Everything that a training run has to remember, except its tensors.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "train/data.h"

namespace groel::train {

/// Sums since the last line of the log.
struct Interval {
  double loss = 0;
  std::int64_t targets = 0;
  std::int64_t tokens = 0;
  double seconds = 0;
};

struct TrainerState {
  std::int64_t step = 0;  ///< updates made
  DataPosition position{};
  std::int64_t tokens = 0;
  double seconds = 0;
  Interval interval{};
  std::optional<double> first_loss;
  std::optional<double> best;  ///< of the named metric
  std::int64_t best_step = 0;
  std::int64_t evaluations_without_gain = 0;
  std::int64_t evaluated_step = -1;  ///< of the last evaluation
  std::int64_t metrics_bytes = 0;    ///< of metrics.jsonl when this state was kept
  std::string events_file;           ///< name in the folder tensorboard
  std::int64_t events_bytes = 0;

  nlohmann::json to_json() const;
  /// Errors: bad_input when a field is missing or of another type.
  static TrainerState from_json(const nlohmann::json& json, const std::string& label);
};

}  // namespace groel::train
