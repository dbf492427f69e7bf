// Terms of an ontology and their links, as an OBO file (format 1.2 or 1.4) lists them: the Gene Ontology and its kin.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/sequences_lines.h"

namespace groel::ontology {

/// A term's number in its ontology.
using Place = std::uint32_t;
inline constexpr Place kNowhere = ~Place{0};

struct Link {
  std::uint32_t relation = 0;  ///< number in Ontology::relations(); 0 is is_a
  Place target = kNowhere;
};

struct Term {
  std::string id, name;
  std::string space;  ///< "molecular_function"
  bool obsolete = false;
  std::vector<std::string> alternative_ids, subsets;
  std::vector<std::string> replaced_by, consider;  ///< of an obsolete term
  std::vector<Link> links;                         ///< to more general terms of the file (is_a), and to others
};

/// What an id stands for.
struct Resolution {
  enum class Kind {
    current,
    alternative,  ///< an id that was merged into the term's
    replaced,     ///< obsolete, with a current term in its place
    obsolete,     ///< without one
    unknown
  } kind = Kind::unknown;
  Place place = kNowhere;  ///< of the current term; of an obsolete one without a successor its own
};

class Ontology {
 public:
  const std::vector<Term>& terms() const noexcept { return terms_; }
  const Term& operator[](Place place) const { return terms_[place]; }
  /// "is_a", "part_of", "regulates", … as the file has them.
  const std::vector<std::string>& relations() const noexcept { return relations_; }
  /// The namespaces of its current terms, sorted.
  std::vector<std::string> spaces() const;
  /// The subset tags of its current terms, sorted.
  std::vector<std::string> subsets() const;
  Resolution resolve(std::string_view id) const;
  /// Links to terms that the file does not hold: those of a slim, mostly. They are left out.
  std::int64_t links_outside() const noexcept { return links_outside_; }
  /// "releases/2023-01-01"; may be empty.
  const std::string& version() const noexcept { return version_; }

 private:
  friend class OboReader;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class Value>
  using ByName = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  std::vector<Term> terms_;
  std::vector<std::string> relations_{"is_a"};
  ByName<Place> places_, alternatives_;
  std::string version_;
  std::int64_t links_outside_ = 0;
};

/// Errors: not_found, io; bad_input for a file without a term, and for a term without an id, naming its line.
Ontology read_ontology(io::LineReader& lines);
/// A file, also .gz or .zst; "-" is stdin.
Ontology read_ontology(const std::string& path);

/// "MFO" of "molecular_function", as CAFA's tables call it; BPO, CCO; other namespaces as they are.
std::string aspect_of(const std::string& space);
/// The namespace that a text names: itself, or MFO, MF or F. Errors: usage, listing those of the ontology.
std::string space_named(const Ontology& ontology, const std::string& text);

}  // namespace groel::ontology
