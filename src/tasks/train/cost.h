// What a run will cost in tokens, memory and minutes, said before its first step.
#pragma once

#include <nlohmann/json.hpp>

#include "tasks/train/label_run.h"
#include "tasks/train/vectors.h"
#include "train/model_trainee.h"
#include "train/packed_data.h"

namespace groel::tasks {

struct RunCost {
  std::int64_t sequences = 0;  ///< of an epoch
  std::int64_t epoch_tokens = 0;
  std::int64_t epoch_steps = 0;
  std::int64_t steps = 0;         ///< in all; 0: time alone ends the run
  std::int64_t epochs = 0;        ///< whole ones that are planned, or begun
  std::int64_t trunk_tokens = 0;  ///< run through a frozen model once, at most
  std::size_t step_bytes = 0;
  double minutes_at_most = 0;  ///< that the run was given; 0: any
  double trunk_seconds = -1;   ///< of running the frozen model; -1: not measured
  double step_seconds = -1;    ///< of a step that was measured; -1: none was, as the run is short

  /// -1: not known.
  double minutes() const;
  nlohmann::ordered_json to_json() const;
  void tell(Sink& sink) const;
};

/// Of a model in training: one step is measured where it is a small part of the run, or the cost alone is asked for;
/// gradients are set to zero after it.
RunCost model_cost(train::ModelTrainee& trainee, train::PackedData& data, const TrainPlan& plan,
                   std::size_t step_bytes);

/// Seconds that a model takes for that many tokens, measured on the first of these sequences (about 2,000 tokens); -1,
/// where there are too few for that to be worth while.
double trunk_seconds(const VectorsOfModel& of, const SequenceList& sequences, std::int64_t tokens);

}  // namespace groel::tasks
