// Which record of AlphaFold 3's weights is which array of the network.
#pragma once

#include <vector>

#include "structure_models/alphafold3/shape.h"
#include "structure_models/record_rules.h"

namespace groel::structure_models {

/// A rule for each of the 404 records of a network of that shape.
std::vector<RecordRule> alphafold3_rules(const Alphafold3Shape& shape);

}  // namespace groel::structure_models
