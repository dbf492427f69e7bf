// groel evaluate classify and residues: scores of a head on labelled data.
#pragma once

#include "tasks/evaluate/options.h"
#include "tasks/task.h"

namespace groel::tasks {

/// -> {"loss", the scores of train::label_scores, "targets", "classes": [one row per class]}. Errors: unsupported when
/// the model has no such head; as train::read_labelled and encode_labels.
nlohmann::ordered_json evaluate_labels(const EvaluateOptions& options, Context& context);

}  // namespace groel::tasks
