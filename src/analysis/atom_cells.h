// Atoms sorted into cubes, so that those near a place are found without a look at all of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace groel::analysis {

using AtomPlace = std::array<double, 3>;  ///< Å

class AtomCells {
 public:
  /// Cubes with edges of `reach` Å: what is nearer than that to a place is in its cube or in one beside it. Places are
  /// finite numbers.
  AtomCells(std::span<const AtomPlace> places, double reach);

  /// Calls `use` with the index of every atom in the 27 cubes at and around a place.
  template <class Use>
  void each_near(const AtomPlace& place, const Use& use) const {
    const Cell middle = cell_of(place);
    for (std::int64_t x = -1; x <= 1; ++x)
      for (std::int64_t y = -1; y <= 1; ++y)
        for (std::int64_t z = -1; z <= 1; ++z) {
          const auto found = cells_.find({middle[0] + x, middle[1] + y, middle[2] + z});
          if (found == cells_.end()) continue;
          for (const std::size_t atom : found->second) use(atom);
        }
  }

 private:
  using Cell = std::array<std::int64_t, 3>;
  Cell cell_of(const AtomPlace& place) const;

  double reach_;
  std::map<Cell, std::vector<std::size_t>> cells_;
};

inline double squared_distance(const AtomPlace& a, const AtomPlace& b) {
  const double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
  return x * x + y * y + z * z;
}

}  // namespace groel::analysis
