// Reads OBO files: stanzas of "tag: value" lines, of which those about terms, their links and their fate are kept.
#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "ontology/ontology.h"

namespace groel::ontology {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Without the "! comment" and the "{modifiers}" after it. An escaped mark is none.
std::string_view without_comment(std::string_view value) {
  for (std::size_t at = value.find('!'); at != std::string_view::npos; at = value.find('!', at + 1))
    if (at == 0 || value[at - 1] == ' ' || value[at - 1] == '\t') return trimmed(value.substr(0, at));
  return value;
}

std::string_view without_modifiers(std::string_view value) {
  const std::size_t brace = value.rfind(" {");
  const bool has = value.ends_with('}') && brace != std::string_view::npos;
  return has && value.find('=', brace) != std::string_view::npos ? trimmed(value.substr(0, brace)) : value;
}

// "a\:b" is a:b, "\W" a blank.
std::string unescaped(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      out += value[i];
      continue;
    }
    const char next = value[++i];
    out += next == 'W' || next == 't' || next == 'n' ? ' ' : next;
  }
  return out;
}

std::string text_of(std::string_view value) { return unescaped(without_modifiers(without_comment(value))); }

std::string_view first_word(std::string_view text) { return text.substr(0, text.find_first_of(" \t")); }

std::string id_of(std::string_view value) { return unescaped(first_word(trimmed(value))); }

// BFO:0000050 is what part_of is called where relations have ids.
std::string relation_of(std::string_view word) { return word == "BFO:0000050" ? "part_of" : unescaped(word); }

struct RawLink {
  Place from;
  std::uint32_t relation;
  std::string target;
};

}  // namespace

class OboReader {
 public:
  explicit OboReader(io::LineReader& lines) : lines_(lines) {}

  Ontology read() {
    std::string_view line;
    while (lines_.next(line)) {
      if ((lines_.number() & 0xFFFF) == 0) check_interrupted();
      add(trimmed(line));
    }
    end_stanza();
    if (out_.terms_.empty())
      throw Error(ErrorKind::bad_input, {"the file has no term", lines_.label(),
                                         "an ontology in OBO format has [Term] lines, as go-basic.obo"});
    connect();
    return std::move(out_);
  }

 private:
  enum class Stanza { header, term, other };

  void add(std::string_view line) {
    if (line.starts_with('[')) {
      end_stanza();
      stanza_ = line.starts_with("[Term]") ? Stanza::term : Stanza::other;
      begins_ = lines_.number();
      return;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || line.starts_with('!')) return;
    const std::string_view tag = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
    if (stanza_ == Stanza::header) add_header(tag, value);
    if (stanza_ == Stanza::term) add_tag(tag, value);
  }

  void add_header(std::string_view tag, std::string_view value) {
    if (tag == "data-version") out_.version_ = text_of(value);
    if (tag == "default-namespace") space_ = text_of(value);
  }

  void add_tag(std::string_view tag, std::string_view value) {
    if (tag == "id") return open(id_of(value));
    if (current_ == kNowhere) return;
    Term& term = out_.terms_[current_];
    if (tag == "name") term.name = text_of(value);
    if (tag == "namespace") term.space = text_of(value);
    if (tag == "is_obsolete") term.obsolete = first_word(value) == "true";
    if (tag == "alt_id") term.alternative_ids.push_back(id_of(value));
    if (tag == "subset") term.subsets.push_back(id_of(value));
    if (tag == "replaced_by") term.replaced_by.push_back(id_of(value));
    if (tag == "consider") term.consider.push_back(id_of(value));
    if (tag == "is_a") links_.push_back({current_, 0, id_of(value)});
    if (tag == "relationship") add_relationship(value);
  }

  void add_relationship(std::string_view value) {
    const std::string_view word = first_word(value);
    const std::string target = id_of(value.substr(word.size()));
    if (target.empty())
      throw Error(ErrorKind::bad_input, {"a relationship without a term", where(lines_.number()), {}});
    links_.push_back({current_, relation_number(relation_of(word)), target});
  }

  std::uint32_t relation_number(const std::string& name) {
    const auto found = std::find(out_.relations_.begin(), out_.relations_.end(), name);
    if (found == out_.relations_.end()) out_.relations_.push_back(name);
    return static_cast<std::uint32_t>(std::find(out_.relations_.begin(), out_.relations_.end(), name) -
                                      out_.relations_.begin());
  }

  // Stanzas of one id are one term.
  void open(const std::string& id) {
    if (id.empty()) throw Error(ErrorKind::bad_input, {"a term has an empty id", where(lines_.number()), {}});
    const auto [found, is_new] = out_.places_.emplace(id, static_cast<Place>(out_.terms_.size()));
    current_ = found->second;
    if (!is_new) return;
    out_.terms_.emplace_back().id = id;
    out_.terms_.back().space = space_;
  }

  void end_stanza() {
    if (stanza_ == Stanza::term && current_ == kNowhere)
      throw Error(ErrorKind::bad_input, {"a term has no id", where(begins_), "the first line of a term is id: …"});
    current_ = kNowhere;
  }

  // Places of what was named before it was read.
  void connect() {
    for (const RawLink& link : links_) {
      const auto found = out_.places_.find(link.target);
      if (found == out_.places_.end())
        ++out_.links_outside_;
      else
        out_.terms_[link.from].links.push_back({link.relation, found->second});
    }
    for (Place place = 0; place < out_.terms_.size(); ++place)
      for (const std::string& id : out_.terms_[place].alternative_ids) out_.alternatives_.emplace(id, place);
  }

  std::string where(std::int64_t line) const { return fmt::format("{}:{}", lines_.label(), line); }

  io::LineReader& lines_;
  Ontology out_;
  Stanza stanza_ = Stanza::header;
  std::int64_t begins_ = 0;
  Place current_ = kNowhere;
  std::string space_;
  std::vector<RawLink> links_;
};

Ontology read_ontology(io::LineReader& lines) { return OboReader(lines).read(); }

Ontology read_ontology(const std::string& path) {
  const std::string label = path == "-" ? "stdin" : path;
  io::LineReader lines(io::decompress(io::open_bytes(path), label), label);
  return read_ontology(lines);
}

}  // namespace groel::ontology
