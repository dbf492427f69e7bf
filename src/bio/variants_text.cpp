// Removes what other programs write around variants.
#include "bio/variants_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>
#include <utility>

#include "base/error.h"

namespace groel::bio {
namespace {

constexpr std::string_view kBeforeVariant = ":;,/+|&_- ";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// White space, dashes, arrows and deltas beyond ASCII, quotes, and what web services escape.
std::string in_ascii(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kSigns{{{"\xC2\xA0", " "},
                                                                                  {"\xE2\x80\xAF", " "},
                                                                                  {"\xE2\x80\x90", "-"},
                                                                                  {"\xE2\x80\x91", "-"},
                                                                                  {"\xE2\x80\x92", "-"},
                                                                                  {"\xE2\x80\x93", "-"},
                                                                                  {"\xE2\x88\x92", "-"},
                                                                                  {"\xE2\x86\x92", ">"},
                                                                                  {"->", ">"},
                                                                                  {"\xCE\x94", "del"},
                                                                                  {"\xE2\x88\x86", "del"},
                                                                                  {"%3D", "="},
                                                                                  {"%3d", "="},
                                                                                  {"\xEF\xBB\xBF", ""}}};
  std::string out(text);
  for (const auto& [from, to] : kSigns) replace_all(out, from, to);
  for (char& c : out)
    if (std::isspace(static_cast<unsigned char>(c)) != 0) c = ' ';
  const auto is_wrapping = [](char c) { return c == ' ' || c == '"' || c == '\'' || c == '`'; };
  while (!out.empty() && is_wrapping(out.front())) out.erase(0, 1);
  while (!out.empty() && (is_wrapping(out.back()) || out.back() == ';')) out.pop_back();  // FoldX ends its lines so
  return out;
}

[[noreturn]] void refuse(const std::string& text, const char* why, const char* remedy) {
  throw Error(ErrorKind::unsupported, {fmt::format("'{}' {}", text.substr(0, 60), why), {}, remedy});
}

constexpr std::size_t kLongest = 200;  // of what a regular expression is tried on

// What is known to be no change of a protein. Most texts are ruled out before an expression is tried.
void refuse_others(const std::string& text) {
  constexpr const char* kProtein = "give the change of the protein, as p.Arg175His or R175H";
  static const std::regex dna(R"((^|.*:|.*\s)[cgnmro]\.[-*(]?[\d?].*)"), record(R"((rs|COSV|COSM|VCV|RCV)\d{3,})"),
      vcf(R"((chr)?([0-9]{1,2}|X|Y|MT?)[-:_][0-9]+[-:_]?[ACGT]+[-:_>/][ACGT]+)", std::regex::icase);
  if (text.size() > kLongest) return;
  const auto begins = [&](std::string_view letters) { return letters.find(text.front()) != std::string_view::npos; };
  if (text.find('.') != std::string::npos && std::regex_match(text, dna))
    refuse(text, "is a change of DNA or RNA", kProtein);
  if (!text.empty() && begins("0123456789cCxXyYmM") && std::regex_match(text, vcf))
    refuse(text, "is a change of DNA or RNA", kProtein);
  if (!text.empty() && begins("rRCV") && std::regex_match(text, record))
    refuse(text, "is the name of a record, not a change", kProtein);
}

// What is not known to be one protein.
void refuse_several(const std::string& text) {
  const auto has = [&](const char* sign) { return text.find(sign) != std::string::npos; };
  if (has("];[") || has("] ["))
    refuse(text, "names two alleles, which are two proteins", "write each on a row of its own");
  if (has("(;)"))
    refuse(text, "leaves open whether its changes are in one protein", "write them as A12G:K30R if they are");
  if (has("^")) refuse(text, "names alternatives", "write each on a row of its own");
}

// "NP_000537.3", "NM_000546.6(TP53)" or two of them; a change, as in "M1A:p.K4R", is none.
bool is_accession(const std::string& text) {
  static const std::regex accession(R"([A-Za-z0-9_.-]+(\([A-Za-z0-9_.-]+\))?)"),
      change(R"(([A-Z]|[A-Z][a-z]{2})\d+([A-Z=]|[A-Z][a-z]{2}))");
  if (text.size() > kLongest) return false;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(':', at), text.size());
    const std::string part = text.substr(at, end - at);
    if (!std::regex_match(part, accession) || std::regex_match(part, change)) return false;
    at = end + 1;
  }
  return text.find("p.") == std::string::npos;
}

// The part in "NM_000546.6(TP53):c.524G>A (p.Arg175His)", and what follows the accession in "NP_000537.3:p.Arg175His".
std::string without_accession(const std::string& text) {
  const std::size_t inside = text.rfind("(p.");
  if (inside != std::string::npos && text.find(':') < inside) return text.substr(inside + 1);
  const std::size_t hgvs = text.find(":p.");
  if (hgvs == std::string::npos || !is_accession(text.substr(0, hgvs))) return text;
  return text.substr(hgvs + 1);
}

std::string without_brackets(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = i == 0 || text[i - 1] == '[' || text[i - 1] == '(' ||
                        kBeforeVariant.find(text[i - 1]) != std::string_view::npos;
    if (begins && (text.compare(i, 2, "p.") == 0 || text.compare(i, 2, "P.") == 0))
      ++i;
    else if (std::string_view("[]()").find(text[i]) == std::string_view::npos)
      out += text[i];
  }
  return out;
}

bool is_wild_type(const std::string& text) {
  constexpr std::array<std::string_view, 9> kWildTypeNames{"",          "wt",       "_wt",       "_sy",       "=",
                                                           "wild-type", "wildtype", "wild type", "synonymous"};
  return std::find(kWildTypeNames.begin(), kWildTypeNames.end(), lower(text)) != kWildTypeNames.end();
}

}  // namespace

std::string plain_variant(std::string_view given) {
  std::string text = in_ascii(given);
  const std::string named = without_accession(text);
  if (named == text) refuse_others(text);
  text = named;
  refuse_several(text);
  const bool was_empty = text.empty();
  text = without_brackets(text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  if (text.empty() && !was_empty)
    throw Error(ErrorKind::bad_input, fmt::format("'{}' is not a variant: it names no change", given.substr(0, 60)));
  if (is_wild_type(text)) return {};
  if (text == "?" || text == "0" || text == "0?")
    refuse(std::string(given), text == "?" ? "says that the effect is not known" : "says that no protein is made",
           "leave it out");
  return text;
}

}  // namespace groel::bio
