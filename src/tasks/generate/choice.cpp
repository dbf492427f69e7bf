// Looks at a protein's residues, length and perplexity.
#include "tasks/generate/choice.h"

#include <algorithm>

#include "base/sha256.h"
#include "bio/residues.h"

namespace groel::tasks {

bool chooses(const GenerateOptions& o) {
  return o.standard || o.unique || o.max_perplexity || o.length || !o.require.empty();
}

bool Choice::takes(const Protein& protein) {
  const char* const why = reason(protein);
  if (why != nullptr) ++dropped_[why];
  return why == nullptr;
}

void Choice::know(const std::string& sequence) { seen_.insert(sha256(sequence)); }

std::string Choice::told() const {
  std::string out;
  for (const auto& [why, count] : dropped_) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, why);
  return out;
}

std::int64_t Choice::dropped() const {
  std::int64_t sum = 0;
  for (const auto& [why, count] : dropped_) sum += count;
  return sum;
}

const char* Choice::reason(const Protein& protein) {
  const auto residues = static_cast<std::int64_t>(protein.sequence.size());
  if (residues == 0) return "without a residue";
  if (settings_.min_residues && residues < *settings_.min_residues) return "too short";
  if (options_.standard &&
      (protein.sequence.find_first_not_of(bio::kResidues) != std::string::npos || protein.dropped > 0))
    return "with other characters than the 20 residues";
  if (!holds_required(protein.sequence)) return "without a residue of --require";
  if (options_.max_perplexity && !(protein.perplexity <= *options_.max_perplexity)) return "over the perplexity";
  if (options_.unique && !seen_.insert(sha256(protein.sequence)).second) return "there already";
  return nullptr;
}

// A letter that is required twice has to be there twice.
bool Choice::holds_required(const std::string& sequence) const {
  return std::all_of(options_.require.begin(), options_.require.end(), [&](char letter) {
    return std::count(sequence.begin(), sequence.end(), letter) >=
           std::count(options_.require.begin(), options_.require.end(), letter);
  });
}

}  // namespace groel::tasks
