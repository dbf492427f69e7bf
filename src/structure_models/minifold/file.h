// MiniFold as its authors publish it: a checkpoint of Lightning, with that part of its language model that was trained.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/family.h"

namespace groel::structure_models {

/// Looks at the names in a .ckpt, .pt or .safetensors; false for whatever else a path is.
bool is_minifold_file(const std::filesystem::path& file);
/// Those in a folder, by name.
std::vector<std::filesystem::path> minifold_files_in(const std::filesystem::path& folder);

/// The file with its language model, as read_minifold (checkpoint.h) gives it. Sizes are its hyper-parameters'
/// where it says them, else those of the tensors; passes as its authors' program makes them. Errors: those of the
/// readers; not_found, where the language model is nowhere; unsupported, for a training without structure module.
models::RawCheckpoint read_minifold_file(const std::filesystem::path& file, std::string& layout);

}  // namespace groel::structure_models
