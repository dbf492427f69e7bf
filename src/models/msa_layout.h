// Layouts of the MSA Transformer's checkpoints: fair-esm's torch files, and its modules' own names.
#pragma once

#include "models/family.h"

namespace groel::models {

inline constexpr const char* kMsaType = "esm_msa";

std::vector<Layout> msa_layouts();

}  // namespace groel::models
