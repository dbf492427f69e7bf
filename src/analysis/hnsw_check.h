// Measures how good a search graph is, and repairs it where rows do not find themselves.
#pragma once

#include "analysis/hnsw.h"

namespace groel::analysis {

struct HnswQuality {
  double recall = 1;         ///< of the ten nearest of `sampled` rows, the part that a search with `ef` finds
  std::int64_t sampled = 0;  ///< all rows of a small set, some of a large one
  std::int64_t lost = 0;     ///< rows, of all, that a search for them does not find
};

/// Links rows that a search for them does not find to where it ends, as far as they are few. Returns how many stay
/// lost. On all threads, and the same with any number. Errors: interrupted.
std::int64_t mend_hnsw(const UnitRows& data, HnswGraph& graph, std::int64_t ef);

/// Against exact searches; `lost` is what mend_hnsw returned. Errors: interrupted.
HnswQuality measure_hnsw(const UnitRows& data, const HnswView& graph, std::int64_t ef, std::int64_t lost);

}  // namespace groel::analysis
