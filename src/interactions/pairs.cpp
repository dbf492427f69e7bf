// Numbers texts, and says what was left out.
#include "interactions/pairs.h"

#include <fmt/format.h>

#include "base/words.h"

namespace groel::interactions {

std::uint32_t Numbering::place_of(std::string_view text) {
  if (const auto found = places_.find(text); found != places_.end()) return found->second;
  texts_.emplace_back(text);
  places_.emplace(texts_.back(), static_cast<std::uint32_t>(texts_.size() - 1));
  return static_cast<std::uint32_t>(texts_.size() - 1);
}

std::uint32_t Numbering::find(std::string_view text) const {
  const auto found = places_.find(text);
  return found == places_.end() ? kMissing : found->second;
}

std::vector<std::string> PairCounts::sentences() const {
  std::vector<std::string> out;
  const auto say = [&](std::int64_t count, const std::string& what, const std::string& first = {}) {
    if (count == 0) return;
    out.push_back(counted(count, "row") + " " + what + (first.empty() ? "" : fmt::format(" (the first: {})", first)));
  };
  say(without_id, "without two ids left out");
  say(self_pairs, "of a protein with itself left out", first_self);
  say(unknown, "with an id that has no sequence left out", first_unknown);
  say(without_label, "without a label left out", first_unlabelled);
  say(of_no_kind, "with an empty label: of none of the kinds (NA says that nothing is known)", first_of_no_kind);
  say(low_scores, "below the least score left out");
  say(other_species, "of other species, or of two, left out");
  say(repeated, "said of the same pair again: it counts once");
  say(turned, "named the same pair in the other order: it counts once");
  say(over_cap, "drawn out, as their species has enough");
  if (contradictions > 0)
    out.push_back(fmt::format("of {} one row says yes and another no: they count as yes (the first: {})",
                              counted(contradictions, "pair"), first_contradiction));
  return out;
}

std::string_view species_of(std::string_view id) {
  const std::size_t dot = id.find('.');
  return dot == std::string_view::npos ? std::string_view() : id.substr(0, dot);
}

}  // namespace groel::interactions
