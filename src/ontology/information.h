// How many proteins have a term, of those that have all of its parents: what information content is made of.
#pragma once

#include <vector>

#include "ontology/hierarchy.h"

namespace groel::ontology {

class TermCounts {
 public:
  /// `hierarchy` must outlive it.
  explicit TermCounts(const Hierarchy& hierarchy);
  /// The terms of a protein with all ancestors (Propagation::close).
  void add(const std::vector<Place>& closed);

  std::int64_t with_term(Place place) const { return with_term_[place]; }
  /// Of a root: proteins with a term in its namespace.
  std::int64_t with_parents(Place place) const;

 private:
  const Hierarchy* hierarchy_;
  std::vector<std::int64_t> with_term_, with_parents_;
  std::vector<std::uint32_t> has_;  // the round in which a protein had the term last
  std::vector<std::uint32_t> met_;  // and in which the term was looked at as a child
  std::uint32_t round_ = 0;
  std::vector<std::string> spaces_;
  std::vector<std::size_t> space_of_;
  std::vector<std::int64_t> in_space_;
  std::vector<bool> spaces_met_;
};

}  // namespace groel::ontology
