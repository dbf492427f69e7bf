// Reads ESMFold from the files in which it is published.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/family.h"
#include "structure_models/esmfold/esmfold.h"

namespace groel::structure_models {

struct LoadedEsmfold {
  std::unique_ptr<Esmfold> model;
  std::filesystem::path path;
  std::string layout;                ///< which form it came in, for people
  std::vector<std::string> ignored;  ///< tensors of the files that the model does not use
  std::string fingerprint;           ///< of configuration and tensors
  ops::Precision precision = ops::Precision::f32;
};

/// Whether a path is an ESMFold: a Hugging Face folder (facebook/esmfold_v1), a torch file of fair-esm
/// (esmfold_3B_v1.pt), or a folder with such a file. Looks at names alone, and has no errors.
bool is_esmfold_at(const std::filesystem::path& path);

/// Loads strictly: one bad_model error lists every tensor that is missing, unexpected, mis-shaped, or holds NaN or
/// infinity. fair-esm's file lacks the language model, which is read from its own file (esm2_t36_3B_UR50D.pt) beside
/// it, or in torch hub's cache. Errors: those of the readers; not_found, where that is not there.
LoadedEsmfold load_esmfold(const std::filesystem::path& path, ops::Precision precision = ops::Precision::f32);

/// The same of a checkpoint that is read already, in the terms of Hugging Face; `folder`: of its vocabulary, and what
/// errors name.
LoadedEsmfold assemble_esmfold(models::RawCheckpoint raw, const EsmfoldShape& shape,
                               const std::filesystem::path& folder, ops::Precision precision = ops::Precision::f32);

/// Names of the folding trunk as it is published become those of Esmfold; queries, keys and values of each head, which
/// come in turns, become three matrices. Errors: bad_model.
void adapt_esmfold_names(models::RawCheckpoint& raw, const EsmfoldShape& shape);

}  // namespace groel::structure_models
