// Batch sizes and numbers of epochs that suit the data, used where the user gave none.
#pragma once

#include "base/progress.h"
#include "tasks/train/plan.h"
#include "train/packed_data.h"

namespace groel::tasks {

/// Smaller batches for a small set, so that an epoch has about a hundred. `members`: of the corpus, to learn from.
void fit_batches(TrainPlan& plan, const train::Corpus& corpus, const std::vector<std::int64_t>& members,
                 const bio::Tokenizer& tokenizer);
/// As many epochs as a few hundred updates take, or three; told.
void fit_epochs(TrainPlan& plan, const train::TrainData& data, Sink& sink);

}  // namespace groel::tasks
