// GGUF files of ESM-2, as esm.cpp (github.com/ayan-goel/esm-cpp) writes them.
#pragma once

#include "models/family.h"

namespace groel::models {

Layout esm_gguf_layout();

}  // namespace groel::models
