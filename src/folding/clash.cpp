// Looks for atoms of polymers that are too near to others.
#include "folding/clash.h"

#include <algorithm>
#include <cstdlib>

#include "analysis/atom_cells.h"
#include "base/error.h"

namespace groel::folding {
namespace {

constexpr double kTooClose = 1.1;
constexpr std::int64_t kMostClashes = 100;
constexpr double kMostOfChain = 0.5;

struct PolymerAtom {
  std::int32_t chain, number;  // of its residue
};

class PolymerAtoms {
 public:
  PolymerAtoms(const AtomLayout& layout, std::span<const float> positions) {
    for (std::size_t a = 0; a < layout.atoms.size(); ++a) {
      const LayoutResidue& residue = layout.residues[static_cast<std::size_t>(layout.atoms[a].residue)];
      if (!is_polymer(layout.chains[static_cast<std::size_t>(residue.chain)].type)) continue;
      atoms_.push_back({residue.chain, residue.number});
      places_.push_back({positions[3 * a], positions[3 * a + 1], positions[3 * a + 2]});
    }
  }
  bool clash(const AtomLayout& layout) const {
    const analysis::AtomCells cells(places_, kTooClose);
    std::vector<std::int64_t> atoms(layout.chains.size()), clashes(layout.chains.size());
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
      const auto chain = static_cast<std::size_t>(atoms_[i].chain);
      ++atoms[chain];
      clashes[chain] += is_too_close(i, cells);
    }
    for (std::size_t c = 0; c < atoms.size(); ++c)
      if (clashes[c] > kMostClashes || static_cast<double>(clashes[c]) > kMostOfChain * static_cast<double>(atoms[c]))
        return true;
    return false;
  }
  bool overlap(const AtomLayout& layout) const {
    const analysis::AtomCells cells(places_, kTooClose);
    const std::size_t chains = layout.chains.size();
    std::vector<std::int64_t> atoms(chains), pairs(chains * chains);
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
      const auto chain = static_cast<std::size_t>(atoms_[i].chain);
      ++atoms[chain];
      cells.each_near(places_[i], [&](std::size_t j) {
        if (analysis::squared_distance(places_[i], places_[j]) < kTooClose * kTooClose)
          ++pairs[chain * chains + static_cast<std::size_t>(atoms_[j].chain)];
      });
    }
    for (std::size_t a = 0; a < chains; ++a)
      for (std::size_t b = a + 1; b < chains; ++b) {
        const std::int64_t found = pairs[a * chains + b];
        if (found > kMostClashes ||
            static_cast<double>(found) > kMostOfChain * static_cast<double>(std::min(atoms[a], atoms[b])))
          return true;
      }
    return false;
  }

 private:
  bool is_too_close(std::size_t i, const analysis::AtomCells& cells) const {
    bool found = false;
    cells.each_near(places_[i], [&](std::size_t j) {
      const bool apart = atoms_[i].chain != atoms_[j].chain || std::abs(atoms_[i].number - atoms_[j].number) > 1;
      found = found || (apart && analysis::squared_distance(places_[i], places_[j]) <= kTooClose * kTooClose);
    });
    return found;
  }

  std::vector<PolymerAtom> atoms_;
  std::vector<analysis::AtomPlace> places_;
};

}  // namespace

bool has_clash(const AtomLayout& layout, std::span<const float> positions) {
  GROEL_REQUIRE(positions.size() == 3 * layout.atoms.size());
  return PolymerAtoms(layout, positions).clash(layout);
}

bool chains_overlap(const AtomLayout& layout, std::span<const float> positions) {
  GROEL_REQUIRE(positions.size() == 3 * layout.atoms.size());
  return PolymerAtoms(layout, positions).overlap(layout);
}

}  // namespace groel::folding
