// What a training run is asked to do.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "train/optimizer.h"
#include "train/schedule.h"

namespace groel::train {

/// A run ends at the first of these that is set (not 0) and reached.
struct RunLength {
  std::int64_t steps = 0;
  std::int64_t epochs = 0;
  double minutes = 0;  ///< of training, those before a resume included
};

struct EvaluationOptions {
  std::int64_t every = 0;       ///< steps; 0: at the end of each epoch. The run's end is always evaluated.
  std::string metric = "loss";  ///< a name of the objective's scores
  std::int64_t patience = 0;    ///< evaluations without a better metric after which the run stops; 0: never
  double smallest_gain = 0;     ///< a metric has to be better by more than this to count for patience
};

enum class FinalModel { last, best };

struct SavingOptions {
  std::int64_t every = 500;      ///< steps between saved states; 0: only the last one
  std::int64_t total_limit = 2;  ///< saved states kept, the newest; 0: all
  FinalModel final_model = FinalModel::last;
};

struct TrainerOptions {
  std::filesystem::path folder;
  RunLength length{};
  std::int64_t accumulate = 1;  ///< batches an update
  double clip = 1.0;            ///< highest norm of the gradient; 0: any
  double warmup = 0;            ///< steps, or below 1 a part of the run
  ScheduleOptions schedule{};   ///< warmup_steps and total_steps are worked out from the above
  OptimizerOptions optimizer{};
  EvaluationOptions evaluation{};
  SavingOptions saving{};
  std::int64_t log_every = 10;
  nlohmann::json recipe = nlohmann::json::object();  ///< kept in saved states; differences are told on a resume
  std::string data_fingerprint;                      ///< a resume on other data is refused
  std::string held_out_fingerprint;                  ///< and on other held-out data; empty where there are none
};

}  // namespace groel::train
