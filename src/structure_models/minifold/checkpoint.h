// Reads MiniFold from the files in which it is published, and from folders of a plain form.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/family.h"
#include "structure_models/minifold/minifold.h"

namespace groel::structure_models {

struct LoadedMinifold {
  std::unique_ptr<Minifold> model;
  std::filesystem::path path;
  std::string layout;                ///< which form it came in, for people
  std::vector<std::string> ignored;  ///< tensors of the files that the model does not use
  std::string fingerprint;           ///< of configuration and tensors
};

/// Whether a path is a MiniFold: a checkpoint of Lightning or its state dict (minifold_48L_final.ckpt; also .pt and
/// .safetensors), a folder with such a file, or a folder with a config.json that has `minifold_config`, and
/// model.safetensors. Looks at names alone, and has no errors.
bool is_minifold_at(const std::filesystem::path& path);

/// Loads strictly: one bad_model error lists every tensor that is missing, unexpected, mis-shaped, or holds NaN or
/// infinity. A published file has of its language model only what was trained along; the rest is read from the file or
/// folder of the ESM-2 that it names (language_model_file.h). Errors: those of the readers; unsupported, for a training
/// without structure module.
LoadedMinifold load_minifold(const std::filesystem::path& path, ops::Precision precision = ops::Precision::f32);

/// A folder's, or a file's with its language model: names as published, without what wrappers put before them, and of
/// the language model those of Hugging Face. `config` has `minifold_config`.
models::RawCheckpoint read_minifold(const std::filesystem::path& path, std::string& layout);
/// `folder`: what errors name.
LoadedMinifold assemble_minifold(models::RawCheckpoint raw, const std::filesystem::path& folder,
                                 ops::Precision precision = ops::Precision::f32);

/// Published names become those of Minifold; matrices that hold several become these. Errors: bad_model.
void adapt_minifold_names(models::RawCheckpoint& raw, const MinifoldShape& shape);

}  // namespace groel::structure_models
