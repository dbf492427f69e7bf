// Finds the language model that a checkpoint of a folding network was trained with and does not hold.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "checkpoints/checkpoint.h"

namespace groel::structure_models {

/// Files NAME.pt of a folder, but for fair-esm's regressions.
std::vector<std::filesystem::path> torch_files_in(const std::filesystem::path& folder);

struct WantedLanguageModel {
  std::filesystem::path file;  ///< that lacks it
  std::string name;            ///< fair-esm's: "esm2_t36_3B_UR50D"
  std::string what;            ///< the file is, for messages
  std::string otherwise;       ///< what else can be done, after how to get it; may be empty
  std::function<bool(const std::filesystem::path&)> is_none;  ///< torch files that are no language models
};

/// NAME.pt or a folder NAME beside the file, or the only other model in a torch file there; else in the caches of torch
/// hub and of the Hugging Face hub. Errors: not_found, saying where was looked and how to get it; bad_model, where it
/// is no ESM-2; those of the reader.
checkpoints::Checkpoint read_language_model(const WantedLanguageModel& wanted);

}  // namespace groel::structure_models
