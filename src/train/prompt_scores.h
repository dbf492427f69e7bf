// Scores of prompt learning: those of each task, under its name.
#pragma once

#include <vector>

#include "models/classifier.h"
#include "train/evaluation.h"
#include "train/prompt_trainee.h"

namespace groel::train {

/// Of an evaluation's parts: "loss" (the weighted sum that is trained on), then of each task "TASK_loss" and its other
/// scores: perplexity and accuracy of masked language modelling; of pairs those of label_scores.
Scores prompt_scores(const LossSum& sum, const std::vector<PromptTask>& tasks,
                     const std::vector<models::Classification>& classes);

}  // namespace groel::train
