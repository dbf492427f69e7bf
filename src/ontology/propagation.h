// Annotations carried up a hierarchy: whoever has a term has its ancestors, with at least its score.
#pragma once

#include <vector>

#include "ontology/hierarchy.h"

namespace groel::ontology {

struct ScoredTerm {
  Place term = 0;
  double score = 0;
};

/// Works on one protein after another; not to be shared by threads.
class Propagation {
 public:
  /// `hierarchy` must outlive it.
  explicit Propagation(const Hierarchy& hierarchy);

  /// Adds all ancestors. Each term is there once, the more special before the more general.
  void close(std::vector<Place>& terms);
  /// The same with scores: of a term that is there twice the higher one, of an ancestor at least that of each term
  /// below it.
  void raise(std::vector<ScoredTerm>& terms);

 private:
  bool is_new(Place place);
  void begin();

  const Hierarchy* hierarchy_;
  std::vector<std::uint32_t> seen_;  // the round in which a term was met last
  std::uint32_t round_ = 0;
  std::vector<double> scores_;
  std::vector<Place> places_;
};

/// A few general terms that stand for all others.
class Slim {
 public:
  /// `members`: for each place whether it belongs to the slim.
  Slim(const Hierarchy& hierarchy, std::vector<bool> members);
  /// The members that a term stands under, or is, without those that are ancestors of another of them. By rank.
  std::vector<Place> nearest(Place term);
  std::size_t size() const;

 private:
  const Hierarchy* hierarchy_;
  Propagation propagation_;
  std::vector<bool> members_;
};

/// Of the subset with that tag ("goslim_generic"). Errors: usage, listing the tags, where no term has it.
std::vector<bool> slim_members(const Ontology& ontology, const std::string& subset);
/// The current terms of another file. -> also how many of them the ontology does not know. Errors: bad_input where it
/// knows none.
std::pair<std::vector<bool>, std::int64_t> slim_members(const Ontology& ontology, const Ontology& slim);

}  // namespace groel::ontology
