// Counts the points around atoms that no other atom covers.
#include "analysis/solvent.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "analysis/atom_cells.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

constexpr double kWater = 1.4;
constexpr int kPoints = 200;
constexpr double kCell = 2 * (1.8 + kWater);  // no two atoms further apart cover one another

double radius_of(char element) {
  switch (element) {
    case 'N': return 1.55;
    case 'O': return 1.52;
    case 'S': return 1.8;
    default: return 1.7;
  }
}

// Spread evenly over a sphere, along a spiral.
std::array<AtomPlace, kPoints> sphere() {
  std::array<AtomPlace, kPoints> out{};
  const double turn = std::numbers::pi * (3 - std::sqrt(5.0));
  for (int i = 0; i < kPoints; ++i) {
    const double z = 1 - (2 * i + 1.0) / kPoints, r = std::sqrt(1 - z * z);
    out[static_cast<std::size_t>(i)] = {r * std::cos(turn * i), r * std::sin(turn * i), z};
  }
  return out;
}

}  // namespace

std::vector<double> solvent_areas(const std::vector<SolventAtom>& atoms, std::int64_t residues) {
  const std::array<AtomPlace, kPoints> points = sphere();
  std::vector<AtomPlace> places;
  for (const SolventAtom& atom : atoms) places.push_back(atom.at);
  const AtomCells cells(places, kCell);
  std::vector<double> of_atoms(atoms.size());
  parallel_for(static_cast<std::int64_t>(atoms.size()), [&](std::int64_t a) {
    const auto i = static_cast<std::size_t>(a);
    const double radius = radius_of(atoms[i].element) + kWater;
    std::vector<std::size_t> near;  // whose spheres meet that of this atom
    cells.each_near(places[i], [&](std::size_t j) {
      const double reach = radius + radius_of(atoms[j].element) + kWater;
      if (i != j && squared_distance(places[i], places[j]) < reach * reach) near.push_back(j);
    });
    int free = 0;
    for (const AtomPlace& direction : points) {
      const AtomPlace at{atoms[i].at[0] + radius * direction[0], atoms[i].at[1] + radius * direction[1],
                         atoms[i].at[2] + radius * direction[2]};
      free += std::none_of(near.begin(), near.end(), [&](std::size_t j) {
        const double other = radius_of(atoms[j].element) + kWater;
        return squared_distance(at, atoms[j].at) < other * other;
      });
    }
    of_atoms[i] = 4 * std::numbers::pi * radius * radius * free / kPoints;
  });
  std::vector<double> out(static_cast<std::size_t>(residues));
  for (std::size_t i = 0; i < atoms.size(); ++i) out[static_cast<std::size_t>(atoms[i].residue)] += of_atoms[i];
  return out;
}

double largest_solvent_area(char residue) {
  static const std::map<char, double> all{{'A', 129}, {'R', 274}, {'N', 195}, {'D', 193}, {'C', 167},
                                          {'Q', 225}, {'E', 223}, {'G', 104}, {'H', 224}, {'I', 197},
                                          {'L', 201}, {'K', 236}, {'M', 224}, {'F', 240}, {'P', 159},
                                          {'S', 155}, {'T', 172}, {'W', 285}, {'Y', 263}, {'V', 174}};
  const auto found = all.find(residue);
  return found == all.end() ? all.at('A') : found->second;
}

}  // namespace groel::analysis
