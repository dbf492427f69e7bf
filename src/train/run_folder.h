// The output folder of a training run: what it may contain at the start, and the models written to it.
#pragma once

#include <filesystem>
#include <string>

#include "base/progress.h"
#include "train/trainer.h"

namespace groel::train {

/// Whether a folder holds what a run of any objective leaves, finished or not, or what sums up several runs.
bool holds_run(const std::filesystem::path& folder);

/// Makes the folder, and clears what killed runs left half-done. Errors: usage when it holds a run and the start is
/// fresh; io.
void prepare_run_folder(const std::filesystem::path& folder, Start start);

/// Removes what a run writes, reports and curves, too, and nothing else; of runs in folders below it that are summed up
/// here, all but the one called `kept`. Errors: io.
void clear_run(const std::filesystem::path& folder, const std::string& kept = {});

/// The model as it is now, in `folder/best`.
void save_best_model(const std::filesystem::path& folder, const Trainee& trainee);

/// The model as it is now, or the one in `folder/best`, in the folder itself.
void write_final_model(const std::filesystem::path& folder, const Trainee& trainee, FinalModel which);

/// Warns of every option that differs from the saved recipe.
void tell_differences(const nlohmann::json& before, const nlohmann::json& now, Sink& sink);

}  // namespace groel::train
