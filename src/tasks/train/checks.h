// Checks for what can be wrong with a training run, before it and after.
#pragma once

#include "tasks/train/findings.h"
#include "tasks/train/plan.h"
#include "train/labels.h"

namespace groel::tasks {

/// Counts held-out sequences that are also learned from.
void check_overlap(const std::vector<std::uint64_t>& learned, const std::vector<std::uint64_t>& held_out,
                   Findings& findings);

/// Says that equal sequences stay together in a split that is drawn.
void tell_repeats(const std::vector<std::uint64_t>& keys, const TrainPlan& plan, Sink& sink);

/// Too few updates, or rates that cannot move what is trained. `steps` 0: not known.
void check_length(const TrainPlan& plan, std::int64_t steps, Findings& findings);

/// Classes of few examples, unequal ones, targets that are all the same. Errors: bad_input, where nothing can be
/// learned from the labels.
void check_labels(const train::LabelledSet& learned, const train::LabelledSet& held_out,
                  const models::Classification& classes, Findings& findings);

/// How well the simplest guess would do on the held-out data: the commonest class, the classes' frequencies, the mean.
struct Guess {
  std::string words;  ///< "always saying 'a'"
  double loss = 0;
  double accuracy = 0;  ///< of one class per sequence or residue
};
Guess simplest_guess(const train::LabelledSet& learned, const train::LabelledSet& held_out,
                     const models::Classification& classes);

/// Whether the run has learned anything, and whether its held-out loss has risen. `guess` null: of a language model.
void check_result(const train::TrainingResult& result, const TrainPlan& plan, const Guess* guess, Findings& findings);

}  // namespace groel::tasks
