// groel predict with a predictor of pairs.
#pragma once

#include "tasks/predict/options.h"

namespace groel::tasks {

/// A row for each row of the input, whichever it is: id1, id2, what is predicted, the probability of each label, error.
/// The files are read twice, so that memory grows with the proteins alone. -> exit status. Errors: as
/// interactions::PairFile, ProteinSequences and PairPredictor; usage.
int predict_pairs(const PredictOptions& options, Context& context);

}  // namespace groel::tasks
