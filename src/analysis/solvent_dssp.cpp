// Counts the points around atoms that no other atom covers, with DSSP's points, radii and rounding.
#include "analysis/solvent_dssp.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/atom_cells.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

constexpr float kWaterRadius = 1.4F;
constexpr float kLargestRadius = 1.87F;
constexpr int kHalfPoints = 200;

using DsspPoint = std::array<float, 3>;

// Which of these calculations are in double and which in float is DSSP's choice.
std::vector<DsspPoint> golden_spiral() {
  const float golden = (1 + std::sqrt(5.0F)) / 2;
  std::vector<DsspPoint> out;
  for (int i = -kHalfPoints; i <= kHalfPoints; ++i) {
    const float latitude = std::asin((2.0F * static_cast<float>(i)) / (2 * kHalfPoints + 1));
    const auto longitude = static_cast<float>(std::fmod(i, static_cast<double>(golden)) * 2 * std::numbers::pi /
                                              static_cast<double>(golden));
    out.push_back(
        {std::sin(longitude) * std::cos(latitude), std::cos(longitude) * std::cos(latitude), std::sin(latitude)});
  }
  return out;
}

float squared(const DsspPoint& a, const DsspPoint& b) {
  return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]);
}

// An atom beside the one that is looked at.
struct Cover {
  DsspPoint place;  // from that one
  double reach;     // squared
  float apart;      // squared
};

float area_of_atom(const DsspAtom& atom, const std::vector<Cover>& covers, const std::vector<DsspPoint>& points) {
  const float radius = atom.radius + kWaterRadius;
  const auto weight = static_cast<float>(4 * std::numbers::pi / static_cast<double>(points.size()));
  float surface = 0;
  for (const DsspPoint& point : points) {
    const DsspPoint at{point[0] * radius, point[1] * radius, point[2] * radius};
    if (std::all_of(covers.begin(), covers.end(),
                    [&](const Cover& cover) { return cover.reach < static_cast<double>(squared(at, cover.place)); }))
      surface += weight;
  }
  return surface * radius * radius;
}

// Nearest first: they cover most.
std::vector<Cover> covers_of(std::size_t i, std::span<const DsspAtom> atoms, const AtomCells& cells) {
  constexpr double kTooNear = 0.0001;
  std::vector<Cover> out;
  const DsspAtom& own = atoms[i];
  cells.each_near({own.at[0], own.at[1], own.at[2]}, [&](std::size_t j) {
    const DsspAtom& other = atoms[j];
    const double radius = static_cast<double>(other.radius) + kWaterRadius;
    const double reach = static_cast<double>(own.radius) + kWaterRadius + radius;
    const float apart = squared(own.at, other.at);
    if (apart < reach * reach && apart > kTooNear)
      out.push_back(
          {{other.at[0] - own.at[0], other.at[1] - own.at[1], other.at[2] - own.at[2]}, radius * radius, apart});
  });
  std::sort(out.begin(), out.end(), [](const Cover& a, const Cover& b) { return a.apart < b.apart; });
  return out;
}

}  // namespace

float dssp_radius(std::string_view atom) {
  if (atom == "N") return 1.65F;
  if (atom == "CA") return kLargestRadius;
  if (atom == "C") return 1.76F;
  return atom == "O" ? 1.4F : 1.8F;
}

std::vector<float> dssp_solvent_areas(std::span<const DsspAtom> atoms, std::int64_t residues) {
  std::vector<AtomPlace> places;
  for (const DsspAtom& atom : atoms) places.push_back({atom.at[0], atom.at[1], atom.at[2]});
  const AtomCells cells(places, 2 * static_cast<double>(kLargestRadius + kWaterRadius));
  const std::vector<DsspPoint> points = golden_spiral();
  std::vector<float> of_atoms(atoms.size());
  parallel_for(static_cast<std::int64_t>(atoms.size()), [&](std::int64_t i) {
    const auto a = static_cast<std::size_t>(i);
    of_atoms[a] = area_of_atom(atoms[a], covers_of(a, atoms, cells), points);
  });
  std::vector<float> out(static_cast<std::size_t>(residues));
  for (std::size_t i = 0; i < atoms.size(); ++i) out[static_cast<std::size_t>(atoms[i].residue)] += of_atoms[i];
  return out;
}

}  // namespace groel::analysis
