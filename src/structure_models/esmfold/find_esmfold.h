// Finds the ESMFold that -m names.
#pragma once

#include <filesystem>
#include <string>

namespace groel::structure_models {

struct FoundEsmfold {
  std::filesystem::path path;
  std::string note;  ///< where it was found; empty for a path of the user's own
};

/// A path; or facebook/esmfold_v1 (also esmfold_v1, esmfold, esmfold_3B_v1; nothing is that, too) in the caches of
/// huggingface_hub and torch hub. Errors: not_found, with the line that gets it; unsupported, for a path that is no
/// ESMFold and for other names.
FoundEsmfold find_esmfold(const std::string& name);

}  // namespace groel::structure_models
