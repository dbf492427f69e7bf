// Torch files of facebookresearch/esm: ESM-2, ESM-1b and ESM-1v.
#pragma once

#include "models/family.h"

namespace groel::models {

/// The root of a torch file, and that of its contact regression (or null), as Family::from_native has them. What is
/// missing or of a wrong type is left out of the configuration, for `build` to complain of; never an error.
NativeCheckpoint from_fair_esm(const nlohmann::json& root, const nlohmann::json& contact_regression);

/// What their tensors are called here.
std::vector<Rename> fair_esm_renames();

}  // namespace groel::models
