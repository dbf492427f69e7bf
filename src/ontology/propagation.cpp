// Walks from terms to all that are more general.
#include "ontology/propagation.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "base/words.h"

namespace groel::ontology {

Propagation::Propagation(const Hierarchy& hierarchy)
    : hierarchy_(&hierarchy), seen_(hierarchy.ontology().terms().size()), scores_(seen_.size()) {}

void Propagation::begin() {
  if (++round_ != 0) return;
  std::fill(seen_.begin(), seen_.end(), 0);
  round_ = 1;
}

bool Propagation::is_new(Place place) {
  if (seen_[place] == round_) return false;
  seen_[place] = round_;
  return true;
}

void Propagation::close(std::vector<Place>& terms) {
  begin();
  std::erase_if(terms, [&](Place place) { return !is_new(place); });
  for (std::size_t next = 0; next < terms.size(); ++next)
    for (const Place parent : hierarchy_->parents(terms[next]))
      if (is_new(parent)) terms.push_back(parent);
  std::sort(terms.begin(), terms.end(), [&](Place a, Place b) { return hierarchy_->rank(a) < hierarchy_->rank(b); });
}

void Propagation::raise(std::vector<ScoredTerm>& terms) {
  places_.clear();
  for (const ScoredTerm& one : terms) places_.push_back(one.term);
  close(places_);
  for (const Place place : places_) scores_[place] = -1;
  for (const ScoredTerm& one : terms) scores_[one.term] = std::max(scores_[one.term], one.score);
  terms.clear();
  for (const Place place : places_) {
    terms.push_back({place, scores_[place]});
    for (const Place parent : hierarchy_->parents(place)) scores_[parent] = std::max(scores_[parent], scores_[place]);
  }
}

Slim::Slim(const Hierarchy& hierarchy, std::vector<bool> members)
    : hierarchy_(&hierarchy), propagation_(hierarchy), members_(std::move(members)) {}

std::vector<Place> Slim::nearest(Place term) {
  std::vector<Place> path{term}, out;
  std::unordered_set<Place> passed;  // those with a member below them on the way
  propagation_.close(path);
  for (const Place place : path) {
    const bool below = passed.contains(place);
    if (members_[place] && !below) out.push_back(place);
    if (!members_[place] && !below) continue;
    for (const Place parent : hierarchy_->parents(place)) passed.insert(parent);
  }
  return out;
}

std::size_t Slim::size() const { return static_cast<std::size_t>(std::count(members_.begin(), members_.end(), true)); }

std::vector<bool> slim_members(const Ontology& ontology, const std::string& subset) {
  std::vector<bool> out;
  for (const Term& term : ontology.terms())
    out.push_back(!term.obsolete && std::find(term.subsets.begin(), term.subsets.end(), subset) != term.subsets.end());
  if (std::find(out.begin(), out.end(), true) != out.end()) return out;
  const std::vector<std::string> tags = ontology.subsets();
  throw Error(ErrorKind::usage, {fmt::format("'{}' is neither a file nor a subset of this ontology", subset), "`slim`",
                                 tags.empty() ? "its terms are in no subset; name the OBO file of a slim"
                                              : fmt::format("its subsets are {}", listed(tags, 30))});
}

std::pair<std::vector<bool>, std::int64_t> slim_members(const Ontology& ontology, const Ontology& slim) {
  std::vector<bool> out(ontology.terms().size());
  std::int64_t unknown = 0, known = 0;
  for (const Term& term : slim.terms()) {
    if (term.obsolete) continue;
    const Resolution found = ontology.resolve(term.id);
    const bool is_there = found.kind != Resolution::Kind::unknown && found.kind != Resolution::Kind::obsolete;
    if (is_there) out[found.place] = true;
    ++(is_there ? known : unknown);
  }
  if (known == 0)
    throw Error(ErrorKind::bad_input,
                {"the ontology has none of the slim's terms", "`slim`", "is it of the same ontology?"});
  return {std::move(out), unknown};
}

}  // namespace groel::ontology
