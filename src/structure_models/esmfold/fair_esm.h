// ESMFold as fair-esm publishes it: a torch file of everything but the language model.
#pragma once

#include <filesystem>
#include <optional>

#include "models/family.h"

namespace groel::structure_models {

/// Looks at the names in a torch file; false for whatever else a path is.
bool is_fair_esm_esmfold(const std::filesystem::path& file);
/// The one in a folder.
std::optional<std::filesystem::path> fair_esm_esmfold_in(const std::filesystem::path& folder);

/// The file with its language model, in names and settings of the Hugging Face folder. Sizes are those of the tensors;
/// what these do not tell is the file's `cfg`, or else as published. Errors: those of the readers; not_found, where the
/// language model is neither beside the file nor in torch hub's cache.
models::RawCheckpoint read_fair_esm_esmfold(const std::filesystem::path& file);

}  // namespace groel::structure_models
