// groel train classify and residues with a head of its own: on the vectors of a frozen model, or on the residues.
#pragma once

#include "tasks/train/labelled.h"

namespace groel::tasks {

/// Errors: as train_head and vectors_of.
TrainedModel train_own_head(TrainPlan plan, Context& context);

}  // namespace groel::tasks
