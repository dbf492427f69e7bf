// Chooses features by size, then by number, so that the order is always the same.
#include "tasks/explain/top_features.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace groel::tasks {

std::vector<Fired> top_features(std::span<const float> activations, std::int64_t most) {
  std::vector<Fired> fired;
  for (std::size_t f = 0; f < activations.size(); ++f) {
    if (!std::isfinite(activations[f]))
      throw Error(ErrorKind::bad_model, fmt::format("the activation of feature {} is no finite number", f));
    if (activations[f] > 0) fired.push_back({static_cast<std::int32_t>(f), activations[f]});
  }
  const auto before = [](const Fired& a, const Fired& b) {
    return a.activation > b.activation || (a.activation == b.activation && a.feature < b.feature);
  };
  const auto kept = std::min(most, static_cast<std::int64_t>(fired.size()));
  std::partial_sort(fired.begin(), fired.begin() + kept, fired.end(), before);
  fired.resize(static_cast<std::size_t>(kept));
  fired.shrink_to_fit();
  return fired;
}

}  // namespace groel::tasks
