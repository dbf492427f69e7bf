// Counts the distances that are kept.
#include "analysis/lddt.h"

#include <cmath>
#include <limits>

#include "base/threads.h"

namespace groel::analysis {
namespace {

constexpr double kRadius = 15;
constexpr std::array<double, 4> kThresholds{0.5, 1, 2, 4};

double gap(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  return std::sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
}

struct Count {
  std::int64_t distances = 0, kept = 0;  // kept: by each threshold
  double part() const {
    const auto all = static_cast<double>(distances) * static_cast<double>(kThresholds.size());
    return distances == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(kept) / all;
  }
};

}  // namespace

Lddt lddt(std::span<const LddtAtom> atoms, std::int64_t residues) {
  std::vector<Count> of_atoms(atoms.size());
  parallel_for(static_cast<std::int64_t>(atoms.size()), [&](std::int64_t a) {
    const LddtAtom& one = atoms[static_cast<std::size_t>(a)];
    Count& count = of_atoms[static_cast<std::size_t>(a)];
    for (const LddtAtom& other : atoms) {
      if (other.residue == one.residue) continue;
      const double wanted = gap(one.reference, other.reference);
      if (wanted >= kRadius) continue;
      const double off = std::abs(gap(one.model, other.model) - wanted);
      ++count.distances;
      for (const double threshold : kThresholds) count.kept += off < threshold;
    }
  });
  std::vector<Count> of_residues(static_cast<std::size_t>(residues));
  Count all;
  for (std::size_t i = 0; i < atoms.size(); ++i)
    for (Count* to : {&of_residues[static_cast<std::size_t>(atoms[i].residue)], &all}) {
      to->distances += of_atoms[i].distances;
      to->kept += of_atoms[i].kept;
    }
  Lddt out{all.part(), {}};
  for (const Count& one : of_residues) out.residues.push_back(one.part());
  return out;
}

}  // namespace groel::analysis
