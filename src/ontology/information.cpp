// Counts terms and their parents over proteins.
#include "ontology/information.h"

#include <algorithm>

namespace groel::ontology {

TermCounts::TermCounts(const Hierarchy& hierarchy)
    : hierarchy_(&hierarchy),
      with_term_(hierarchy.ontology().terms().size()),
      with_parents_(with_term_.size()),
      has_(with_term_.size()),
      met_(with_term_.size()),
      spaces_(hierarchy.ontology().spaces()),
      in_space_(spaces_.size()),
      spaces_met_(spaces_.size()) {
  for (const Term& term : hierarchy.ontology().terms()) {
    const auto found = std::find(spaces_.begin(), spaces_.end(), term.space);
    space_of_.push_back(static_cast<std::size_t>(found - spaces_.begin()));  // of an obsolete term maybe none
  }
}

void TermCounts::add(const std::vector<Place>& closed) {
  ++round_;
  std::fill(spaces_met_.begin(), spaces_met_.end(), false);
  for (const Place place : closed) {
    has_[place] = round_;
    ++with_term_[place];
    if (const std::size_t space = space_of_[place]; !spaces_met_[space]) {
      spaces_met_[space] = true;
      ++in_space_[space];
    }
  }
  for (const Place place : closed)
    for (const Place child : hierarchy_->children(place)) {
      if (met_[child] == round_) continue;
      met_[child] = round_;
      const auto parents = hierarchy_->parents(child);
      if (std::all_of(parents.begin(), parents.end(), [&](Place parent) { return has_[parent] == round_; }))
        ++with_parents_[child];
    }
}

std::int64_t TermCounts::with_parents(Place place) const {
  return hierarchy_->is_root(place) ? in_space_[space_of_[place]] : with_parents_[place];
}

}  // namespace groel::ontology
