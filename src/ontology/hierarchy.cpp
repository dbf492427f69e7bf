// Sorts terms from the most special to the most general.
#include "ontology/hierarchy.h"

#include <algorithm>

#include "base/error.h"
#include "base/words.h"

namespace groel::ontology {
namespace {

constexpr std::uint32_t kUnranked = ~std::uint32_t{0};

// By number; whether a relation is followed.
std::vector<bool> followed(const Ontology& ontology, const std::vector<std::string>& names) {
  const std::vector<std::string>& all = ontology.relations();
  std::vector<bool> out(all.size());
  for (const std::string& name : names) {
    const auto found = std::find(all.begin(), all.end(), name);
    if (found != all.end())
      out[static_cast<std::size_t>(found - all.begin())] = true;
    else if (name != "part_of")  // is followed by default, and need not be there
      throw Error(ErrorKind::usage, {fmt::format("the ontology has no relation '{}'", name), "`relations`",
                                     fmt::format("it has {}", listed(all, 20))});
  }
  return out;
}

}  // namespace

Hierarchy::Lists Hierarchy::lists_of(std::size_t terms, std::vector<std::pair<Place, Place>> pairs) {
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  Lists out;
  out.bounds.assign(terms + 1, 0);
  for (const auto& [from, to] : pairs) {
    ++out.bounds[from + 1];
    out.places.push_back(to);
  }
  for (std::size_t i = 0; i < terms; ++i) out.bounds[i + 1] += out.bounds[i];
  return out;
}

Hierarchy::Hierarchy(const Ontology& ontology, const HierarchyOptions& options) : ontology_(&ontology) {
  const std::vector<bool> follows = followed(ontology, options.relations);
  const std::vector<Term>& terms = ontology.terms();
  std::vector<std::pair<Place, Place>> up, down;
  for (Place place = 0; place < terms.size(); ++place)
    for (const Link& link : terms[place].links) {
      const Term& target = terms[link.target];
      if (!follows[link.relation] || terms[place].obsolete || target.obsolete) continue;
      if (target.space != terms[place].space && options.aspects == HierarchyOptions::Aspects::apart) {
        ++links_across_;
        continue;
      }
      up.emplace_back(place, link.target);
      down.emplace_back(link.target, place);
    }
  parents_ = lists_of(terms.size(), std::move(up));
  children_ = lists_of(terms.size(), std::move(down));
  rank_terms();
}

void Hierarchy::rank_terms() {
  const std::size_t terms = ontology_->terms().size();
  ranks_.assign(terms, kUnranked);
  std::vector<std::size_t> waiting(terms);
  std::vector<Place> ready;
  for (Place place = 0; place < terms; ++place) {
    waiting[place] = children(place).size();
    if (waiting[place] == 0) ready.push_back(place);
  }
  for (std::size_t next = 0; next < ready.size(); ++next) {
    ranks_[ready[next]] = static_cast<std::uint32_t>(next);
    for (const Place parent : parents(ready[next]))
      if (--waiting[parent] == 0) ready.push_back(parent);
  }
  if (ready.size() < terms) refuse_cycle();
}

// Of a term that could not be ranked some child could not be, either: going down leads round.
void Hierarchy::refuse_cycle() const {
  const auto unranked = [&](Place place) { return ranks_[place] == kUnranked; };
  Place at = 0;
  while (!unranked(at)) ++at;
  std::vector<Place> path;
  for (auto seen = path.end(); seen == path.end(); seen = std::find(path.begin(), path.end(), at)) {
    path.push_back(at);
    const auto below = children(at);
    at = *std::find_if(below.begin(), below.end(), unranked);
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), at));
  std::reverse(path.begin(), path.end());
  std::vector<std::string> ids;
  for (const Place place : path) ids.push_back((*ontology_)[place].id);
  ids.push_back(ids.front());
  std::string circle;
  for (std::size_t i = 0; i < std::min<std::size_t>(ids.size(), 20); ++i) circle += (i == 0 ? "" : " -> ") + ids[i];
  if (ids.size() > 20) circle += " -> …";
  throw Error(ErrorKind::bad_input, {fmt::format("the ontology's links go in a circle: {}", circle),
                                     {},
                                     "go-basic.obo has none; of other files choose fewer `relations`"});
}

}  // namespace groel::ontology
