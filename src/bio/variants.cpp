// Reading variants, and making them.
#include "bio/variants.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <tuple>
#include <utility>

#include "base/error.h"

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
constexpr std::string_view kOneLetter = "ACDEFGHIKLMNPQRSTVWYBJOUXZ";
constexpr std::int64_t kMostPosition = 1'000'000'000;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// One edit's text, read from front to back.
class EditReader {
 public:
  explicit EditReader(std::string_view text) : whole_(text), rest_(text) {}

  Edit read() {
    Edit edit;
    std::tie(edit.from_first, edit.first) = place();
    std::tie(edit.from_last, edit.last) =
        take("_") ? place() : std::pair<char, std::int64_t>{edit.from_first, edit.first};
    if (edit.last < edit.first) refuse("the range runs backwards");
    read_change(edit);
    if (!rest_.empty()) refuse(fmt::format("'{}' is left over", rest_));
    return edit;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ErrorKind::bad_input, {fmt::format("'{}' is not a variant: {}", whole_.substr(0, 60), why),
                                       {},
                                       "write M1A, A5D:K9R, p.Met1Ala, K23_V25del, K2_G3insQS or C28delinsWV"});
  }

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool starts_with_change() const {
    return rest_.starts_with("del") || rest_.starts_with("ins") || rest_.starts_with("dup");
  }

  // "Met" or "M"; 0 where there is neither.
  char residue() {
    if (rest_.size() >= 3)
      for (const Name& name : kNames)
        if (std::equal(name.three.begin(), name.three.end(), rest_.begin(),
                       [](char a, char b) { return a == lower(b); })) {
          rest_.remove_prefix(3);
          return name.one;
        }
    return letter();
  }

  char letter() {
    if (rest_.empty() || kOneLetter.find(upper(rest_[0])) == std::string_view::npos) return 0;
    const char found = upper(rest_[0]);
    rest_.remove_prefix(1);
    return found;
  }

  // In a run of residues "Ser" is serine, but "SER" is three residues.
  bool names_by_three() const {
    return rest_.size() >= 3 && rest_[1] == lower(rest_[1]) && rest_[0] != lower(rest_[0]);
  }

  // A residue and its number: "Met1".
  std::pair<char, std::int64_t> place() {
    const char found = residue();
    if (found == 0) refuse("it does not begin with a residue");
    const bool negative = take("-");
    if (rest_.empty() || !is_digit(rest_[0])) refuse("a position is missing");
    std::int64_t number = 0;
    while (!rest_.empty() && is_digit(rest_[0])) {
      number = number * 10 + (rest_[0] - '0');
      if (number > kMostPosition) refuse("the position is too large");
      rest_.remove_prefix(1);
    }
    return {found, negative ? -number : number};
  }

  std::string residues() {
    std::string out;
    while (const char found = names_by_three() ? residue() : letter()) out += found;
    if (out.empty()) refuse("no residues are named");
    return out;
  }

  void read_change(Edit& edit) {
    if (starts_with_change()) return read_indel(edit);
    refuse_unsupported();
    if (edit.first != edit.last)
      refuse("a range is deleted (del), duplicated (dup), replaced (delins) or parted (ins)");
    edit.kind = Edit::Kind::substitution;
    edit.to = take("=") ? std::string(1, edit.from_first) : std::string(1, residue());
    if (edit.to[0] == 0) refuse("the new residue is missing");
  }

  void read_indel(Edit& edit) {
    if (rest_.find("Ter") != std::string_view::npos || rest_.find('*') != std::string_view::npos) refuse_stop();
    if (take("delins")) {
      edit.kind = Edit::Kind::replacement;
      edit.to = residues();
    } else if (take("del")) {
      edit.kind = Edit::Kind::deletion;
    } else if (take("dup")) {
      edit.kind = Edit::Kind::duplication;
    } else if (take("ins")) {
      edit.kind = Edit::Kind::insertion;
      if (edit.last != edit.first + 1) refuse("an insertion stands between two neighbours, as in K2_G3insQS");
      edit.to = residues();
    }
  }

  [[noreturn]] void refuse_stop() const {
    throw Error(
        ErrorKind::unsupported,
        {fmt::format("'{}' stops or shifts the frame, which a protein model cannot score", whole_.substr(0, 60)),
         {},
         {}});
  }

  void refuse_unsupported() const {
    if (rest_.starts_with("Ter") || rest_.starts_with("*") || rest_.starts_with("ext") ||
        rest_.find("fs") != std::string_view::npos)
      refuse_stop();
  }

  std::string_view whole_, rest_;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

// "p.[(Met1Ala);Lys2Arg]" -> "Met1Ala;Lys2Arg". An accession in front ("NP_000198.1:p.") goes, too.
std::string without_wrapping(std::string_view text) {
  const auto hgvs = text.find(":p.");
  const auto before = text.substr(0, hgvs == std::string_view::npos ? 0 : hgvs);
  if (before.find('.') != std::string_view::npos && before.find("p.") == std::string_view::npos)
    text.remove_prefix(hgvs + 1);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool prefix = text.substr(i, 2) == "p." && (i == 0 || text[i - 1] == '[' || text[i - 1] == ':' ||
                                                      text[i - 1] == ';' || text[i - 1] == ',' || text[i - 1] == '/');
    if (prefix)
      ++i;
    else if (std::string_view("[]()").find(text[i]) == std::string_view::npos)
      out += text[i];
  }
  return out;
}

bool is_wild_type(std::string_view text) {
  std::string word;
  for (const char c : text) word += lower(c);
  return word.empty() || word == "wt" || word == "_wt" || word == "wild-type" || word == "wildtype" || word == "=";
}

void check_place(char residue, std::int64_t position, std::string_view wild_type) {
  const auto length = static_cast<std::int64_t>(wild_type.size());
  if (position < 1 || position > length)
    throw Error(ErrorKind::bad_input,
                {fmt::format("position {} lies outside the sequence (1 to {})", position, length), {}, {}});
  const char there = wild_type[static_cast<std::size_t>(position - 1)];
  if (there != residue)
    throw Error(ErrorKind::bad_input, {fmt::format("residue {} is {}, not {}", position, there, residue), {}, {}});
}

}  // namespace

bool Variant::changes_length() const {
  std::int64_t change = 0;
  for (const Edit& edit : edits) {
    const std::int64_t replaced = edit.kind == Edit::Kind::insertion ? 0 : edit.last - edit.first + 1;
    change += edit.kind == Edit::Kind::duplication ? replaced : static_cast<std::int64_t>(edit.to.size()) - replaced;
  }
  return change != 0;
}

bool Variant::only_substitutions() const {
  return std::all_of(edits.begin(), edits.end(),
                     [](const Edit& edit) { return edit.kind == Edit::Kind::substitution; });
}

Variant parse_variant(std::string_view text) {
  Variant out;
  if (text.find("];[") != std::string_view::npos)
    throw Error(ErrorKind::unsupported,
                {fmt::format("'{}' names two alleles, which are two proteins", text.substr(0, 60)),
                 {},
                 "write each on a row of its own"});
  const std::string plain = without_wrapping(trimmed(text));
  if (is_wild_type(plain)) return out;
  for (std::size_t at = 0; at <= plain.size();) {
    const std::size_t end = std::min(plain.find_first_of(":;,/", at), plain.size());
    out.edits.push_back(EditReader(trimmed(std::string_view(plain).substr(at, end - at))).read());
    at = end + 1;
  }
  return out;
}

void shift(Variant& variant, std::int64_t offset) {
  for (Edit& edit : variant.edits) {
    edit.first -= offset;
    edit.last -= offset;
  }
}

void check_variant(const Variant& variant, std::string_view wild_type) {
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  for (const Edit& edit : variant.edits) {
    check_place(edit.from_first, edit.first, wild_type);
    check_place(edit.from_last, edit.last, wild_type);
    if (edit.kind != Edit::Kind::insertion) ranges.emplace_back(edit.first, edit.last);
  }
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].first <= ranges[i - 1].second)
      throw Error(ErrorKind::bad_input, {fmt::format("position {} is changed twice", ranges[i].first), {}, {}});
  for (const Edit& edit : variant.edits)
    for (const auto& [first, last] : ranges)
      if (edit.kind == Edit::Kind::insertion && first <= edit.first && edit.last <= last)
        throw Error(ErrorKind::bad_input,
                    {fmt::format("the insertion behind {} lies inside another change", edit.first), {}, {}});
}

std::string apply_variant(const Variant& variant, std::string_view wild_type) {
  std::vector<Edit> edits = variant.edits;
  std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
    const auto place = [](const Edit& e) { return 2 * e.first + (e.kind == Edit::Kind::insertion ? 1 : 0); };
    return place(a) > place(b);  // from the end on, so that no edit moves the place of another
  });
  std::string out(wild_type);
  for (const Edit& edit : edits) {
    const auto begin = static_cast<std::size_t>(edit.first - 1);
    const auto count = static_cast<std::size_t>(edit.last - edit.first + 1);
    if (edit.kind == Edit::Kind::insertion)
      out.insert(begin + 1, edit.to);
    else if (edit.kind == Edit::Kind::duplication)
      out.insert(begin + count, out.substr(begin, count));
    else
      out.replace(begin, count, edit.to);
  }
  if (out.empty()) throw Error(ErrorKind::bad_input, "the variant deletes the whole sequence");
  return out;
}

}  // namespace groel::bio
