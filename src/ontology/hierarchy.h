// Which terms are more general than which, by the relations that annotations are carried along.
#pragma once

#include <span>
#include <vector>

#include "ontology/ontology.h"

namespace groel::ontology {

struct HierarchyOptions {
  std::vector<std::string> relations{"is_a", "part_of"};
  /// `apart`: links into another namespace are not followed, as CAFA's evaluator does it. (Of the Gene Ontology some
  /// molecular functions are part_of biological processes.)
  enum class Aspects { apart, joined } aspects = Aspects::apart;
};

/// The current terms of an ontology, which must outlive it, and their parents. Obsolete terms have none.
class Hierarchy {
 public:
  /// Errors: usage for a relation that the ontology does not have; bad_input for a cycle, which is named.
  explicit Hierarchy(const Ontology& ontology, const HierarchyOptions& options = {});

  const Ontology& ontology() const noexcept { return *ontology_; }
  /// Each once, by place.
  std::span<const Place> parents(Place place) const { return parents_.of(place); }
  std::span<const Place> children(Place place) const { return children_.of(place); }
  /// Lower for a term than for any of its ancestors.
  std::uint32_t rank(Place place) const { return ranks_[place]; }
  /// A current term without parents.
  bool is_root(Place place) const { return parents(place).empty() && !(*ontology_)[place].obsolete; }
  /// Links that were left out as they lead into another namespace.
  std::int64_t links_across() const noexcept { return links_across_; }

 private:
  struct Lists {
    std::vector<std::uint32_t> bounds;
    std::vector<Place> places;
    std::span<const Place> of(Place place) const {
      return std::span(places).subspan(bounds[place], bounds[place + 1] - bounds[place]);
    }
  };
  static Lists lists_of(std::size_t terms, std::vector<std::pair<Place, Place>> pairs);
  void rank_terms();
  [[noreturn]] void refuse_cycle() const;

  const Ontology* ontology_;
  Lists parents_, children_;
  std::vector<std::uint32_t> ranks_;
  std::int64_t links_across_ = 0;
};

}  // namespace groel::ontology
