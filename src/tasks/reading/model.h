// The model that a task is given: found by path or name, and named in a note where it is not obvious.
#pragma once

#include <filesystem>
#include <string>

#include "base/progress.h"
#include "checkpoints/load.h"
#include "predictors/predictor.h"
#include "tasks/reading/options.h"

namespace groel::tasks {

/// As checkpoints::find_model, whose note goes to the sink.
std::filesystem::path find_model(const std::string& name, Sink& sink);

/// Says which model is used where none is named: the table's, or the user's own.
void note_default_model(const std::string& name, Sink& sink);
/// The model of --model; where none was named, says which one that is.
std::filesystem::path model_of(const Chosen<std::string>& model, Sink& sink);

/// The model of a name, in a precision by name, with prompts by name or path; of an adapter's folder, its base with the
/// adapter merged.
checkpoints::LoadedModel load_named(const std::string& name, const std::string& dtype, Sink& sink,
                                    const std::string& weights = "exact", const std::vector<std::string>& prompts = {});
/// That of --model, in the precision of --dtype.
checkpoints::LoadedModel load_model_of(const ModelOptions& options, Sink& sink);

/// The predictor of --model. Errors: as predictors::open_predictor.
predictors::Predictor load_predictor_of(const ModelOptions& options, Sink& sink);
/// Whether that names the folder of a predictor with a head of its own.
bool has_own_head(const std::string& model);

}  // namespace groel::tasks
