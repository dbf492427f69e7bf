// Hydrogen bonds between the backbones of a protein, and where its chains are broken.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "analysis/secondary_structure.h"

namespace groel::analysis {

/// Of residues 0, 1, … of a structure.
class BackboneBonds {
 public:
  explicit BackboneBonds(std::span<const BackboneResidue> residues);

  std::int64_t size() const noexcept { return static_cast<std::int64_t>(taken_.size()); }
  /// Whether the N-H of `donor` is bonded to the C=O of `acceptor`, among its two best bonds.
  bool bonded(std::int64_t donor, std::int64_t acceptor) const;
  /// Those that are, as pairs of donor and acceptor.
  std::vector<std::pair<std::int64_t, std::int64_t>> all() const;
  /// Whether all residues from one to the other are of one chain without a gap; both in range, in order.
  bool connected(std::int64_t from, std::int64_t to) const;

 private:
  struct Best {
    std::int64_t acceptor = -1;
    double energy = 0;
  };
  using TwoBest = std::array<Best, 2>;

  void add(std::int64_t donor, std::int64_t acceptor, std::span<const BackboneResidue> residues);

  std::vector<TwoBest> taken_;
  std::vector<std::int64_t> pieces_;  // number of the unbroken piece that a residue is in
};

}  // namespace groel::analysis
