// The model that a task is given: found by path or name, and said where that is not plain.
#pragma once

#include <filesystem>
#include <string>

#include "base/options.h"
#include "base/progress.h"
#include "checkpoints/load.h"

namespace groel::tasks {

/// As checkpoints::find_model, whose note goes to the sink.
std::filesystem::path find_model(const std::string& name, Sink& sink);

/// The model of --model; where none was named, says which one that is.
std::filesystem::path model_of(const Options& options, Sink& sink);
void note_default_model(const Options& options, Sink& sink);

/// The model of a name, in the precision of --dtype; of an adapter's folder, its base with the adapter merged.
checkpoints::LoadedModel load_named(const std::string& name, const Options& options, Sink& sink);
/// That of --model.
checkpoints::LoadedModel load_model_of(const Options& options, Sink& sink);

}  // namespace groel::tasks
