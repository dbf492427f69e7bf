// The training loop: updates, logging, evaluation, saving states, and resuming after an interruption.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/progress.h"
#include "train/evaluation.h"
#include "train/options.h"
#include "train/ranked_trainee.h"
#include "train/trainee.h"

namespace groel::train {

struct TrainerParts {
  Trainee& trainee;
  TrainData& data;
  TrainData* held_out = nullptr;  ///< none: no evaluation
  Sink& sink;
  std::function<Scores(const LossSum&)> score = scores_of;  ///< what an evaluation comes to
  RankedTrainee* ranks = nullptr;  ///< the trainee, where several ranks have it; none: this process alone computes
};

enum class Start {
  fresh,   ///< errors where the folder holds a run already
  resume,  ///< from the newest saved state; from the beginning when there is none
  replace  ///< removes what an earlier run left
};

struct TrainingResult {
  std::int64_t steps = 0;
  std::string why_stopped;
  std::optional<Scores> last;  ///< evaluation at the end
  std::optional<double> best;
  std::int64_t best_step = 0;
};

/// Updates that a run will make at most: of an update that ends with its epoch, too. 0: time alone ends it.
std::int64_t planned_steps(const TrainData& data, const TrainerOptions& options);

/// Trains, and leaves in options.folder the model (a Hugging Face folder), metrics.jsonl, tensorboard/, checkpoint-N/
/// and, with held-out data, best/ (the model that scored best). A resumed run gives bitwise what an uninterrupted one
/// would. Errors: usage when the loss explodes or is not a number (the message says what to try), or the folder holds a
/// run; io; interrupted, after its state has been saved.
TrainingResult train(const TrainerParts& parts, const TrainerOptions& options, Start start);

}  // namespace groel::train
