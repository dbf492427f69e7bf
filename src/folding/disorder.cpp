// Counts residues with much of their surface free, as AlphaFold 3 does with DSSP.
#include "folding/disorder.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "analysis/solvent_dssp.h"
#include "base/error.h"

namespace groel::folding {
namespace {

constexpr std::ptrdiff_t kHalfWindow = 12;
constexpr double kDisordered = 0.581;

// Sander and Rost 1994, doi:10.1002/prot.340200303.
double largest_area(const std::string& component) {
  static const std::map<std::string, double> kLargest{
      {"ALA", 106}, {"ARG", 248}, {"ASN", 157}, {"ASP", 163}, {"CYS", 135}, {"GLN", 198}, {"GLU", 194},
      {"GLY", 84},  {"HIS", 184}, {"ILE", 169}, {"LEU", 164}, {"LYS", 205}, {"MET", 188}, {"PHE", 197},
      {"PRO", 136}, {"SER", 130}, {"THR", 142}, {"TRP", 227}, {"TYR", 222}, {"VAL", 142}};
  const auto found = kLargest.find(component);
  return found == kLargest.end() ? kLargest.at("ALA") : found->second;
}

// The atoms that DSSP looks at, of residues with a whole backbone, and the largest areas of these.
class DsspChain {
 public:
  DsspChain(const AtomLayout& layout, const LayoutChain& chain, std::span<const float> positions)
      : layout_(layout), positions_(positions) {
    for (const LayoutResidue& residue : layout.residues_of(chain))
      if (is_complete(residue)) add(residue);
  }
  std::vector<float> areas() const {
    return analysis::dssp_solvent_areas(atoms_, static_cast<std::int64_t>(largest_.size()));
  }
  const std::vector<double>& largest() const { return largest_; }

 private:
  std::span<const LayoutAtom> atoms_of(const LayoutResidue& residue) const {
    return std::span(layout_.atoms)
        .subspan(static_cast<std::size_t>(residue.first_atom), static_cast<std::size_t>(residue.atoms));
  }
  bool is_complete(const LayoutResidue& residue) const {
    const auto atoms = atoms_of(residue);
    const auto has = [&](const char* name) {
      return std::any_of(atoms.begin(), atoms.end(), [&](const LayoutAtom& atom) { return atom.name == name; });
    };
    return has("N") && has("CA") && has("C") && has("O");
  }
  // As it is read of a file: ties go to the even digit, as printing has it.
  float printed(std::size_t at) const {
    return static_cast<float>(std::nearbyint(static_cast<double>(positions_[at]) * 1000) / 1000);
  }
  void add(const LayoutResidue& residue) {
    const auto atoms = atoms_of(residue);
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      if (atoms[i].element == "H") continue;
      const std::size_t at = 3 * (static_cast<std::size_t>(residue.first_atom) + i);
      atoms_.push_back({{printed(at), printed(at + 1), printed(at + 2)},
                        analysis::dssp_radius(atoms[i].name),
                        static_cast<std::int64_t>(largest_.size())});
    }
    largest_.push_back(largest_area(residue.component));
  }

  const AtomLayout& layout_;
  std::span<const float> positions_;
  std::vector<analysis::DsspAtom> atoms_;
  std::vector<double> largest_;
};

// Mirrored at both ends, as often as it takes: the ends themselves do not come twice.
std::size_t mirrored(std::ptrdiff_t at, std::size_t size) {
  if (size == 1) return 0;
  const auto period = static_cast<std::ptrdiff_t>(2 * (size - 1));
  const std::ptrdiff_t in_period = ((at % period) + period) % period;
  return static_cast<std::size_t>(std::min(in_period, period - in_period));
}

std::vector<double> window_means(const std::vector<double>& values) {
  std::vector<double> out(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::ptrdiff_t d = -kHalfWindow; d <= kHalfWindow; ++d)
      out[i] += values[mirrored(static_cast<std::ptrdiff_t>(i) + d, values.size())];
    out[i] /= 2 * kHalfWindow + 1;
  }
  return out;
}

}  // namespace

ChainAccessibility chain_accessibility(const AtomLayout& layout, const LayoutChain& chain,
                                       std::span<const float> positions) {
  GROEL_REQUIRE(positions.size() == 3 * layout.atoms.size());
  const DsspChain dssp(layout, chain, positions);
  const std::vector<float> areas = dssp.areas();
  ChainAccessibility out;
  std::vector<double> parts;
  for (std::size_t i = 0; i < areas.size(); ++i) {
    out.areas.push_back(static_cast<int>(std::floor(static_cast<double>(areas[i]) + 0.5)));
    parts.push_back(std::min(out.areas.back() / dssp.largest()[i], 1.0));
  }
  out.windowed = window_means(parts);
  return out;
}

double fraction_disordered(const AtomLayout& layout, std::span<const float> positions) {
  std::map<std::string, std::vector<double>> of_sequences;
  std::int64_t disordered = 0, all = 0;
  for (const LayoutChain& chain : layout.chains) {
    if (chain.type != ChainType::protein) continue;
    std::string sequence;
    for (const LayoutResidue& residue : layout.residues_of(chain)) sequence += residue.letter;
    std::vector<double>& windowed = of_sequences[sequence];
    if (windowed.empty()) windowed = chain_accessibility(layout, chain, positions).windowed;
    all += static_cast<std::int64_t>(windowed.size());
    disordered += std::count_if(windowed.begin(), windowed.end(), [](double part) { return part > kDisordered; });
  }
  return all == 0 ? 0 : static_cast<double>(disordered) / static_cast<double>(all);
}

}  // namespace groel::folding
