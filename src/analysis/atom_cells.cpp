// Sorts atoms into cubes.
#include "analysis/atom_cells.h"

#include <algorithm>
#include <cmath>

namespace groel::analysis {

AtomCells::AtomCells(std::span<const AtomPlace> places, double reach) : reach_(reach) {
  for (std::size_t i = 0; i < places.size(); ++i) cells_[cell_of(places[i])].push_back(i);
}

AtomCells::Cell AtomCells::cell_of(const AtomPlace& place) const {
  constexpr double kFar = 1e15;  // further out, all are in one cube: whole numbers end there
  Cell out{};
  for (std::size_t i = 0; i < 3; ++i)
    out[i] = static_cast<std::int64_t>(std::clamp(std::floor(place[i] / reach_), -kFar, kFar));
  return out;
}

}  // namespace groel::analysis
