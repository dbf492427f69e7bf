// Counts the residues of structures by how they were read, and writes the sentences about it.
#include "bio/structure_notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/words.h"

namespace groel::bio {
namespace {

std::string residues(std::int64_t count) { return fmt::format("{} residue{}", count, count == 1 ? "" : "s"); }
std::string have(std::int64_t count) { return residues(count) + (count == 1 ? " has" : " have"); }

// The first few of some names.
std::string some(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) out += (i > 0 ? ", " : "") + names[i];
  return names.size() > kShown ? out + ", ..." : out;
}

}  // namespace

void ResidueCounts::add(const Chain& chain) {
  disagreeing_ += chain.disagrees ? 1 : 0;
  unseen_ += static_cast<std::int64_t>(chain.sequence.size() - chain.residues.size());
  for (const SeenResidue& residue : chain.residues) {
    sites_ += residue.site ? 1 : 0;
    built_ += residue.site_kind == SiteKind::built_beta ? 1 : 0;
    alpha_ += residue.site_kind == SiteKind::alpha ? 1 : 0;
    alternatives_ += residue.has_alternatives ? 1 : 0;
    unknown_ += residue.letter == 'X' ? 1 : 0;
    if (!residue.site) without_site_.push_back(residue.name);
    if (!residue.read_as.empty()) ++read_as_[residue.read_as];
  }
}

std::vector<std::string> ResidueCounts::sentences() const {
  std::vector<std::string> out;
  if (built_ > 0) out.push_back(fmt::format("{} no CB: built from N, CA, C", have(built_)));
  if (alpha_ > 0) out.push_back(fmt::format("{} neither CB nor N and C to build it from: CA is used", have(alpha_)));
  if (!without_site_.empty())
    out.push_back(fmt::format("{} neither CB nor CA, and {} left out: {}",
                              have(static_cast<std::int64_t>(without_site_.size())),
                              without_site_.size() == 1 ? "is" : "are", some(without_site_)));
  if (unseen_ > 0)
    out.push_back(fmt::format("{} of the sequence {} no coordinates, and {} left out of what is measured",
                              residues(unseen_), unseen_ == 1 ? "has" : "have", unseen_ == 1 ? "is" : "are"));
  if (alternatives_ > 0)
    out.push_back(fmt::format("{} alternative locations: of each the one with the highest occupancy is used",
                              have(alternatives_)));
  if (unknown_ > 0)
    out.push_back(fmt::format("{} a name that stands for no known one: X in the sequence", have(unknown_)));
  if (!read_as_.empty()) {
    const auto said = [](const auto& entry) { return fmt::format("{} {}", entry.second, entry.first); };
    out.push_back("residues read as what they were made from: " + listed_as(read_as_, said));
  }
  if (disagreeing_ > 0)
    out.push_back(fmt::format("the sequence that the file states for {} is not that of the residues, which is used",
                              disagreeing_ == 1 ? "the chain" : fmt::format("{} chains", disagreeing_)));
  return out;
}

}  // namespace groel::bio
