// Looks terms up, by whatever id they had.
#include "ontology/ontology.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "base/words.h"

namespace groel::ontology {
namespace {

struct Aspect {
  const char *space, *code, *two, *letter;
};

constexpr std::array<Aspect, 3> kAspects{{{"molecular_function", "MFO", "MF", "F"},
                                          {"biological_process", "BPO", "BP", "P"},
                                          {"cellular_component", "CCO", "CC", "C"}}};

}  // namespace

std::vector<std::string> Ontology::spaces() const {
  std::set<std::string> out;
  for (const Term& term : terms_)
    if (!term.obsolete) out.insert(term.space);
  return {out.begin(), out.end()};
}

std::vector<std::string> Ontology::subsets() const {
  std::set<std::string> out;
  for (const Term& term : terms_)
    if (!term.obsolete) out.insert(term.subsets.begin(), term.subsets.end());
  return {out.begin(), out.end()};
}

Resolution Ontology::resolve(std::string_view id) const {
  const auto own = places_.find(id);
  if (own != places_.end() && !terms_[own->second].obsolete) return {Resolution::Kind::current, own->second};
  if (const auto found = alternatives_.find(id); found != alternatives_.end() && !terms_[found->second].obsolete)
    return {Resolution::Kind::alternative, found->second};
  if (own == places_.end()) return {};
  Place place = own->second;  // obsolete: a successor may be obsolete itself
  for (std::size_t steps = 0; steps < terms_.size() && !terms_[place].replaced_by.empty(); ++steps) {
    const auto next = places_.find(terms_[place].replaced_by.front());
    if (next == places_.end()) break;
    place = next->second;
    if (!terms_[place].obsolete) return {Resolution::Kind::replaced, place};
  }
  return {Resolution::Kind::obsolete, own->second};
}

std::string aspect_of(const std::string& space) {
  for (const Aspect& aspect : kAspects)
    if (space == aspect.space) return aspect.code;
  return space;
}

std::string space_named(const Ontology& ontology, const std::string& text) {
  std::string wanted = text;
  for (const Aspect& aspect : kAspects)
    if (text == aspect.code || text == aspect.two || text == aspect.letter) wanted = aspect.space;
  const std::vector<std::string> all = ontology.spaces();
  if (std::find(all.begin(), all.end(), wanted) != all.end()) return wanted;
  throw Error(ErrorKind::usage, {fmt::format("'{}' is no aspect of this ontology", text), "`aspect`",
                                 fmt::format("it has {}", listed_as(all, aspect_of))});
}

}  // namespace groel::ontology
