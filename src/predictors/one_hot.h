// A model without weights to learn, whose vectors are the residues themselves: for heads that need no language model.
#pragma once

#include "checkpoints/load.h"

namespace groel::predictors {

/// Ready to run. Its only layer is 0; its columns are those of bio::one_hot_column.
checkpoints::LoadedModel one_hot_model();

}  // namespace groel::predictors
