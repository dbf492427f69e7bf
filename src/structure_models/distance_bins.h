// Distances of pairs of tokens in bins, as AlphaFold 3 shows them to its template module and to its confidence head.
#pragma once

#include <cstdint>

namespace groel::structure_models {

inline constexpr std::int64_t kDistanceBinCount = 39;

/// The bin of a squared distance, of 39 whose lower ends are 3.25, 4.5 … 50.75 Å; the last takes all that is further
/// away. -1 for what lies below the first, or exactly on an end, which is in no bin (AlphaFold 3's are open at both).
std::int32_t distance_bin(float square);

}  // namespace groel::structure_models
