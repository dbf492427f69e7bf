// A predicted structure as ModelCIF, with its confidence as B factors and quality metrics.
#pragma once

#include <string>

#include "folding/output_origin.h"
#include "folding/prediction.h"

namespace groel::folding {

/// The text of `<job>_model.cif`: the same categories, items and order as AlphaFold 3's. `name` is the job's. Each
/// chain is an entity of its own.
std::string model_cif(const std::string& name, const AtomLayout& layout, const Prediction& prediction,
                      const ModelOrigin& origin);

}  // namespace groel::folding
