// Trains and fine-tunes models, as `groel train` does.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "groel/error.h"
#include "groel/session.h"

namespace groel {

enum class TrainingObjective {
  mlm,       ///< fill in hidden residues
  classify,  ///< labels, or numbers, of sequences
  residues   ///< labels of residues
};

struct TrainingRequest {
  TrainingObjective objective = TrainingObjective::mlm;
  std::vector<std::string> data;      ///< files to learn from
  std::string output;                 ///< folder that the model and its run are left in
  std::optional<std::string> from{};  ///< the model to start from; none: from nothing
  /// Any other option of `groel train`, by its name: {"epochs", "3"}, {"label-column", "localization"}, {"resume",
  /// "true"}.
  std::map<std::string, std::string> more{};
};

struct TrainingSummary {
  std::string folder;  ///< Model::load takes it
  std::int64_t steps = 0;
  std::string why_stopped;
  std::optional<double> loss{};  ///< of the held-out data at the end, where there are any
};

/// Runs to its end, or until the session is cancelled: {"resume", "true"} then goes on. Threads are the session's.
/// Throws Error.
TrainingSummary train(const TrainingRequest& request, const Session& session = Session());

}  // namespace groel
