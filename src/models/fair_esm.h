// Torch files of facebookresearch/esm: ESM-2, ESM-1b and ESM-1v.
#pragma once

#include "models/family.h"

namespace groel::models {

Layout fair_esm_layout();

}  // namespace groel::models
