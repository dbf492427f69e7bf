// Checks whether a model is evaluated on sequences that it was trained on.
#pragma once

#include "tasks/task.h"
#include "train/corpus.h"

namespace groel::tasks {

/// Where the model's folder says what `groel train` taught it: enters how many of these sequences that were
/// ("also_learned_from"), and warns of any.
void tell_learned(const train::Corpus& corpus, const std::string& model, nlohmann::ordered_json& result, Sink& sink);

}  // namespace groel::tasks
