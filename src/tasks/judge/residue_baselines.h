// What labels of residues can be guessed from without a model.
#pragma once

#include <vector>

#include "baselines/baselines.h"
#include "tasks/judge/said.h"

namespace groel::tasks {

/// coin-flip; frequencies; amino-acid: how often each label goes with the residue; window: with the residue and its
/// neighbours up to 8 places away, as Garnier, Osguthorpe and Robson (1978) do: the product of what each place says.
std::vector<baselines::Baseline> residue_baselines(const JudgedSet& learned, const JudgedSet& judged,
                                                   std::uint64_t seed);

}  // namespace groel::tasks
