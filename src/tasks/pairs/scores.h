// How good predictions of pairs are: over all, by how many of a pair's proteins were learned from, and by label.
#pragma once

#include <nlohmann/json.hpp>

#include "interactions/split.h"
#include "train/pair_fit.h"

namespace groel::tasks {

struct JudgedPairs {
  const train::PairSet& pairs;
  const std::vector<double>& probabilities;  ///< [N, C]
  const std::vector<std::string>& labels;
  const std::vector<interactions::SeenEnds>& seen;  ///< may be empty
};

/// {"pairs", "f1_micro": {"value", "low", "high"}, "average_precision": {…}, "roc_auc" of yes and no, "seen_ends":
/// {"both": {"pairs", "f1_micro", "average_precision"}, …}, "per_label": […]}. F1 is of probabilities from 0.5 on;
/// both are over all labels of all pairs together; intervals are 95 %, of 500 resamples of pairs.
nlohmann::ordered_json pair_scores(const JudgedPairs& judged, std::uint64_t seed);

}  // namespace groel::tasks
