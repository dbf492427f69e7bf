// Finds hydrogen bonds by Kabsch and Sander's energy.
#include "analysis/backbone_bonds.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace groel::analysis {
namespace {

constexpr double kBondCoupling = -27.888;  // kcal/mol Å: 332 times the partial charges 0.42 and 0.20
constexpr double kLeastEnergy = -9.9;      // of atoms that are on top of one another
constexpr double kBondEnergy = -0.5;       // an energy below it is a bond
constexpr double kFurthestAlphas = 9;      // Å between Cα: no bond goes further
constexpr double kLongestPeptide = 2.5;    // Å between C and N: no peptide bond is longer
constexpr double kTouching = 0.5;          // Å

double apart(const Coordinates& a, const Coordinates& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

// 1 Å from N, where the C=O before points away from it.
Coordinates hydrogen(const BackboneResidue& donor, const BackboneResidue* before) {
  Coordinates out = donor.n;
  if (donor.proline || before == nullptr) return out;
  const double length = apart(before->c, before->o);
  for (std::size_t i = 0; i < 3; ++i) out[i] += (before->c[i] - before->o[i]) / length;
  return out;
}

using GridCell = std::array<std::int64_t, 3>;

GridCell grid_cell(const Coordinates& at) {
  GridCell out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = static_cast<std::int64_t>(std::floor(at[i] / kFurthestAlphas));
  return out;
}

// Pairs of residues whose Cα are within reach, in the order in which two loops would find them.
std::vector<std::pair<std::int64_t, std::int64_t>> near_pairs(std::span<const BackboneResidue> residues) {
  std::map<GridCell, std::vector<std::int64_t>> cells;
  for (std::size_t i = 0; i < residues.size(); ++i)
    cells[grid_cell(residues[i].ca)].push_back(static_cast<std::int64_t>(i));
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  for (std::size_t i = 0; i < residues.size(); ++i) {
    const GridCell middle = grid_cell(residues[i].ca);
    for (std::int64_t place = 0; place < 27; ++place) {
      const auto found =
          cells.find({middle[0] + place / 9 - 1, middle[1] + place / 3 % 3 - 1, middle[2] + place % 3 - 1});
      if (found == cells.end()) continue;
      for (const std::int64_t j : found->second)
        if (j > static_cast<std::int64_t>(i) &&
            apart(residues[i].ca, residues[static_cast<std::size_t>(j)].ca) <= kFurthestAlphas)
          out.emplace_back(static_cast<std::int64_t>(i), j);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

double hydrogen_bond_energy(const BackboneResidue& donor, const BackboneResidue* before,
                            const BackboneResidue& acceptor) {
  const Coordinates h = hydrogen(donor, before);
  const double ho = apart(h, acceptor.o), hc = apart(h, acceptor.c);
  const double nc = apart(donor.n, acceptor.c), no = apart(donor.n, acceptor.o);
  if (std::min({ho, hc, nc, no}) < kTouching) return kLeastEnergy;
  const double energy = kBondCoupling * (1 / ho - 1 / hc + 1 / nc - 1 / no);
  return std::max(kLeastEnergy, std::round(energy * 1000) / 1000);
}

BackboneBonds::BackboneBonds(std::span<const BackboneResidue> residues)
    : taken_(residues.size()), pieces_(residues.size()) {
  for (std::size_t i = 1; i < residues.size(); ++i)
    pieces_[i] =
        pieces_[i - 1] + (residues[i].begins || apart(residues[i - 1].c, residues[i].n) > kLongestPeptide ? 1 : 0);
  for (const auto& [i, j] : near_pairs(residues)) {
    add(i, j, residues);
    if (j != i + 1) add(j, i, residues);
  }
}

void BackboneBonds::add(std::int64_t donor, std::int64_t acceptor, std::span<const BackboneResidue> residues) {
  const auto d = static_cast<std::size_t>(donor);
  if (residues[d].proline) return;
  const BackboneResidue* const before = donor > 0 && connected(donor - 1, donor) ? &residues[d - 1] : nullptr;
  const double energy = hydrogen_bond_energy(residues[d], before, residues[static_cast<std::size_t>(acceptor)]);
  TwoBest& best = taken_[d];
  if (energy < best[0].energy) {
    best[1] = best[0];
    best[0] = {acceptor, energy};
  } else if (energy < best[1].energy) {
    best[1] = {acceptor, energy};
  }
}

bool BackboneBonds::bonded(std::int64_t donor, std::int64_t acceptor) const {
  const TwoBest& best = taken_[static_cast<std::size_t>(donor)];
  return std::any_of(best.begin(), best.end(),
                     [&](const Best& one) { return one.acceptor == acceptor && one.energy < kBondEnergy; });
}

std::vector<std::pair<std::int64_t, std::int64_t>> BackboneBonds::all() const {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  for (std::int64_t donor = 0; donor < size(); ++donor)
    for (const Best& one : taken_[static_cast<std::size_t>(donor)])
      if (one.energy < kBondEnergy) out.emplace_back(donor, one.acceptor);
  return out;
}

bool BackboneBonds::connected(std::int64_t from, std::int64_t to) const {
  return pieces_[static_cast<std::size_t>(from)] == pieces_[static_cast<std::size_t>(to)];
}

}  // namespace groel::analysis
