// Tells which tokens have a frame of three atoms: all of polymers, and of ligands those with two near atoms not in a
// line.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "folding/feature_writer.h"

namespace groel::folding {
namespace {

using Point = std::array<float, 3>;

// 1 - |cos| of 25 degrees.
constexpr double kStraight = 0.0937;

struct LigandAtom {
  Point at{};
  bool known = false;
};

Point minus(const Point& a, const Point& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
float norm(const Point& a) { return std::sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]); }

bool in_line(const Point& a, const Point& b, const Point& c) {
  const Point one = minus(a, b), two = minus(c, b);
  const float first = norm(one), second = norm(two);
  if (first <= 1e-8F || second <= 1e-8F) return true;
  float cosine = 0;
  for (std::size_t i = 0; i < 3; ++i) cosine += one[i] / first * (two[i] / second);
  return 1 - static_cast<double>(std::abs(cosine)) < kStraight;
}

// With the two nearest atoms of its molecule.
bool has_frame(const std::vector<LigandAtom>& atoms, std::size_t own) {
  if (atoms.size() < 3) return false;
  std::vector<double> cost;
  for (std::size_t i = 0; i < atoms.size(); ++i)
    cost.push_back(static_cast<double>(norm(minus(atoms[own].at, atoms[i].at))) + (atoms[i].known ? 0 : 1e8) +
                   (i == own ? 1e8 : 0));
  std::vector<std::size_t> order(atoms.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return cost[i]; });
  return !in_line(atoms[order[0]].at, atoms[own].at, atoms[order[1]].at);
}

}  // namespace

std::vector<FeatureWriter::Truth> frames_mask(const TokenLayout& layout,
                                              const std::vector<ReferenceResidue>& references) {
  std::vector<FeatureWriter::Truth> mask;
  for (std::size_t t = 0; t < layout.tokens.size();) {
    const std::size_t residue = layout.tokens[t].residue;
    std::vector<LigandAtom> atoms;
    std::size_t last = t;
    for (; last < layout.tokens.size() && layout.tokens[last].residue == residue; ++last) {
      const auto found = references[residue].atoms.find(layout.tokens[last].slots[0].name);
      atoms.push_back(found == references[residue].atoms.end() ? LigandAtom{} : LigandAtom{found->second.at, true});
    }
    const bool ligand = layout.chain_of(layout.tokens[t]).molecule == Molecule::ligand;
    for (std::size_t i = 0; i < last - t; ++i) mask.emplace_back(!ligand || has_frame(atoms, i));
    t = last;
  }
  return mask;
}

}  // namespace groel::folding
