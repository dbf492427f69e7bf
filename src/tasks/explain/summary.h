// The features that are active in a protein, collected from its residues.
#pragma once

#include <string>
#include <vector>

#include "tasks/explain/top_features.h"

namespace groel::tasks {

struct ProteinFeature {
  std::int32_t feature = 0;
  float maximum = 0;          ///< over residues
  double mean = 0;            ///< over all residues, 0 where it does not fire
  std::int64_t residues = 0;  ///< on which it fires
  std::int64_t position = 0;  ///< 1-based, of the maximum: the first
};

enum class SummaryOrder { maximum, mean, residues };

/// The first `most` features in that order, largest first; equal ones by maximum, then the lower feature first.
std::vector<ProteinFeature> summarise(const std::vector<std::vector<Fired>>& residues, SummaryOrder order,
                                      std::int64_t most);

}  // namespace groel::tasks
