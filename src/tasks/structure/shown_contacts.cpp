// Which residues of a structure touch.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "analysis/contact_map.h"
#include "tasks/structure/shown_model.h"

namespace groel::tasks {
namespace {

const io::RawAtom* site_of(const io::WholeResidue& residue) {
  const auto first_of = [&](std::initializer_list<const char*> names) -> const io::RawAtom* {
    for (const char* name : names)
      if (const io::RawAtom* atom = residue.atom(name)) return atom;
    return nullptr;
  };
  if (!residue.polymer) return nullptr;
  if (residue.kind == io::WholeResidue::Kind::amino) return first_of({"CB", "CA"});
  return residue.atom("N9") != nullptr ? first_of({"C4", "C1'"}) : first_of({"C2", "C1'", "P"});
}

using SiteCell = std::array<std::int64_t, 3>;

SiteCell site_cell(const bio::Point& at) {
  SiteCell out{};
  for (std::size_t i = 0; i < 3; ++i)
    out[i] = static_cast<std::int64_t>(std::floor(at[i] / analysis::kContactDistance));
  return out;
}

}  // namespace

void find_contacts(ShownModel& model) {
  constexpr std::size_t kNeighbours = 3;  // residues nearer along a chain always touch
  std::map<SiteCell, std::vector<std::size_t>> cells;
  for (std::size_t i = 0; i < model.residues.size(); ++i) {
    const io::RawAtom* site = site_of(model.residues[i]);
    if (site == nullptr) continue;
    model.contact_residues.push_back(i);
    const SiteCell middle = site_cell(site->at);
    for (std::int64_t place = 0; place < 27; ++place) {
      const auto found =
          cells.find({middle[0] + place / 9 - 1, middle[1] + place / 3 % 3 - 1, middle[2] + place % 3 - 1});
      if (found == cells.end()) continue;
      for (const std::size_t j : found->second) {
        const bio::Point& other = site_of(model.residues[j])->at;
        const double apart = std::hypot(other[0] - site->at[0], other[1] - site->at[1], other[2] - site->at[2]);
        const bool near_by = i - j < kNeighbours && model.chain_of(i) == model.chain_of(j);
        if (apart < analysis::kContactDistance && !near_by) model.contacts.emplace_back(j, i);
      }
    }
    cells[middle].push_back(i);
  }
  std::sort(model.contacts.begin(), model.contacts.end());
}

}  // namespace groel::tasks
