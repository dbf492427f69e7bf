// Parses the text of variants.
#include <array>
#include <cctype>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "bio/residues.h"
#include "bio/sequence_text.h"
#include "bio/variants.h"
#include "bio/variants_text.h"

namespace groel::bio {
namespace {

struct Name {
  std::string_view three;
  char one;
};
constexpr std::array<Name, 26> kNames{
    {{"ala", 'A'}, {"arg", 'R'}, {"asn", 'N'}, {"asp", 'D'}, {"cys", 'C'}, {"gln", 'Q'}, {"glu", 'E'},
     {"gly", 'G'}, {"his", 'H'}, {"ile", 'I'}, {"leu", 'L'}, {"lys", 'K'}, {"met", 'M'}, {"phe", 'F'},
     {"pro", 'P'}, {"ser", 'S'}, {"thr", 'T'}, {"trp", 'W'}, {"tyr", 'Y'}, {"val", 'V'}, {"sec", 'U'},
     {"pyl", 'O'}, {"asx", 'B'}, {"glx", 'Z'}, {"xaa", 'X'}, {"xle", 'J'}}};
constexpr std::string_view kFurther = "BJOUXZ";  // of one letter each
constexpr std::string_view kSeparators = ":;,/+|&_-";
constexpr std::int64_t kMostPosition = 1'000'000'000;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A variant's plain text, read from front to back.
class VariantReader {
 public:
  VariantReader(std::string_view given, std::string_view plain) : whole_(given), rest_(plain) {}

  Variant read() {
    for (;;) {
      out_.edits.push_back(edit());
      skip_spaces();
      if (rest_.empty()) return std::move(out_);
      separator();
    }
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ErrorKind::bad_input, {fmt::format("'{}' is not a variant: {}", whole_.substr(0, 60), why),
                                       {},
                                       "write M1A, A5D:K9R, p.Met1Ala, K23_V25del, K2_G3insQS or C28delinsWV"});
  }
  [[noreturn]] void refuse_effect(const std::string& what, const std::string& remedy) const {
    throw Error(ErrorKind::unsupported, {fmt::format("'{}' {}", whole_.substr(0, 60), what), {}, remedy});
  }
  [[noreturn]] void refuse_stop() const {
    refuse_effect("stops the protein, and a model has no probability of that",
                  "give the shortened protein in `sequence_column`, with `method=pseudo-perplexity`");
  }

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  void skip_spaces() {
    while (take(" ")) {
    }
  }
  char next(std::size_t at = 0) const { return at < rest_.size() ? rest_[at] : '\0'; }
  bool ends_edit(std::size_t at = 0) const {
    return at >= rest_.size() || rest_[at] == ' ' || kSeparators.find(rest_[at]) != std::string_view::npos;
  }

  // What parts two edits; white space alone does.
  void separator() {
    if (kSeparators.find(next()) != std::string_view::npos) {
      rest_.remove_prefix(1);
    } else if (rest_.starts_with("and ")) {
      rest_.remove_prefix(4);
    }
    skip_spaces();
    if (rest_.empty()) refuse("it ends where another change is expected");
  }

  Edit edit() {
    Edit out;
    const bool deleted = take("del");  // ΔF508, delF508
    if (rest_.starts_with("Ter") || rest_.starts_with("*"))
      refuse_effect("is a change of the stop: the protein becomes longer by an unknown tail",
                    "give the longer protein in `sequence_column`, with `method=pseudo-perplexity`");
    std::tie(out.from_first, out.first) = place();
    const bool range = next() == '_' && !ends_edit(1);
    std::tie(out.from_last, out.last) = range ? (take("_"), place()) : std::pair{out.from_first, out.first};
    if (out.last < out.first) refuse("the range runs backwards");
    if (deleted)
      out.kind = Edit::Kind::deletion;
    else
      change(out);
    if (!ends_edit()) refuse(fmt::format("'{}' is left over", rest_));
    return out;
  }

  // "Met" or "M"; 0 where there is neither.
  char residue() {
    if (rest_.size() >= 3)
      for (const Name& name : kNames)
        if (lower(rest_[0]) == name.three[0] && lower(rest_[1]) == name.three[1] && lower(rest_[2]) == name.three[2]) {
          rest_.remove_prefix(3);
          return name.one;
        }
    return letter();
  }

  char letter() {
    const char found = upper(next());
    if (found == '\0' ||
        (kResidues.find(found) == std::string_view::npos && kFurther.find(found) == std::string_view::npos))
      return 0;
    rest_.remove_prefix(1);
    return found;
  }

  // A residue and its number: "Met1", "M 1", with a chain between them "MA1".
  std::pair<char, std::int64_t> place() {
    if (is_digit(next())) refuse("the residue of the wild type is missing before the number");
    const char found = residue();
    if (found == 0) refuse("it does not begin with a residue");
    if (is_letter(next()) && (is_digit(next(1)) || (next(1) == '-' && is_digit(next(2))))) chain();
    skip_spaces();
    const bool negative = take("-");
    if (!is_digit(next())) refuse("a position is missing");
    std::int64_t number = 0;
    while (is_digit(next())) {
      number = number * 10 + (next() - '0');
      if (number > kMostPosition) refuse("the position is too large");
      rest_.remove_prefix(1);
    }
    if (is_lower(next()) && is_letter(next(1)) && !is_lower(next(1)) && ends_edit(2))
      refuse(fmt::format("{}{} is a number of a structure, with an insertion code; count along the sequence", number,
                         next()));
    return {found, negative ? -number : number};
  }

  void chain() {
    if (out_.chain != 0 && out_.chain != next()) refuse("it names residues of two chains");
    out_.chain = next();
    rest_.remove_prefix(1);
  }

  // In a run of residues "Ser" is serine, but "SER" is three residues.
  bool names_by_three() const {
    return rest_.size() >= 3 && rest_[1] == lower(rest_[1]) && rest_[0] != lower(rest_[0]);
  }

  std::string residues() {
    std::string out;
    while (!rest_.starts_with("Ter")) {
      const char found = names_by_three() ? residue() : letter();
      if (found == 0) break;
      out += found;
    }
    return out;
  }

  void change(Edit& edit) {
    skip_spaces();
    refuse_unscorable();
    const bool arrow = take(">");  // A12>G, and Ala12_Gly13>Val of older HGVS
    if (arrow) skip_spaces();
    if (indel(edit)) return;
    if (next() == '-' && ends_edit(1)) {
      rest_.remove_prefix(1);
      edit.kind = Edit::Kind::deletion;
    } else if (edit.first != edit.last) {
      edit.kind = Edit::Kind::replacement;
      if (arrow) edit.to = residues();
      if (edit.to.empty()) refuse("a range is deleted (del), duplicated (dup), replaced (delins) or parted (ins)");
    } else {
      substitution(edit);
    }
  }

  void substitution(Edit& edit) {
    edit.kind = Edit::Kind::substitution;
    if (next() == 'X' && ends_edit(1))
      refuse_effect("has X, which is a stop in older notation and elsewhere any residue: neither can be scored",
                    "name the residue, or leave the row out");
    edit.to = take("=") ? std::string(1, edit.from_first) : std::string(1, residue());
    if (edit.to[0] == 0) refuse("the new residue is missing");
    refuse_unscorable();  // Profs*23, Valext-12
  }

  bool indel(Edit& edit) {
    if (take("delins")) {
      edit.kind = Edit::Kind::replacement;
      edit.to = named_residues();
    } else if (take("del")) {
      edit.kind = Edit::Kind::deletion;
      residues();  // older HGVS repeats them: K23delK
    } else if (take("dup")) {
      edit.kind = Edit::Kind::duplication;
      residues();
    } else if (take("ins")) {
      edit.kind = Edit::Kind::insertion;
      if (edit.last != edit.first + 1) refuse("an insertion is written between two neighbours, as in K2_G3insQS");
      edit.to = named_residues();
    } else {
      return false;
    }
    return true;
  }

  std::string named_residues() {
    std::string out = residues();
    if (rest_.starts_with("Ter") || next() == '*') refuse_stop();
    if (out.empty()) refuse("no residues are named");
    return out;
  }

  void refuse_unscorable() const {
    if (rest_.starts_with("fs"))
      refuse_effect("shifts the frame: what follows is another protein",
                    "give the whole new protein in `sequence_column`, with `method=pseudo-perplexity`");
    if (rest_.starts_with("ext"))
      refuse_effect("makes the protein longer by an unknown part",
                    "give the longer protein in `sequence_column`, with `method=pseudo-perplexity`");
    if (rest_.starts_with("Ter") || rest_.starts_with("ter") || rest_.starts_with("*") || rest_.starts_with("Stop") ||
        rest_.starts_with("stop") || rest_.starts_with("End"))
      refuse_stop();
    if (rest_.starts_with("?")) refuse_effect("says that the effect is not known", "leave it out");
  }

  std::string_view whole_, rest_;
  Variant out_;
};

}  // namespace

Variant parse_variant(std::string_view text) {
  const std::string plain = plain_variant(text);
  if (plain.empty()) return {};
  return VariantReader(text, plain).read();
}

}  // namespace groel::bio
