// The features that are most active in one row of activations.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace groel::tasks {

struct Fired {
  std::int32_t feature = 0;
  float activation = 0;
  friend bool operator==(const Fired&, const Fired&) = default;
};

/// The `most` largest of those above zero, largest first; of equal ones the lower feature first. Errors: bad_model for
/// an activation that is no finite number.
std::vector<Fired> top_features(std::span<const float> activations, std::int64_t most);

}  // namespace groel::tasks
