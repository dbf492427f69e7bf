// The lists of texts that mean "no value".
#include "io/missing.h"

#include <algorithm>
#include <array>
#include <string>

#include "io/characters.h"

namespace groel::io {
namespace {

constexpr std::size_t kLongest = 16;  // of all that stands for nothing

// Those of pandas.read_csv, then of databases, of date columns and of R.
constexpr std::array<std::string_view, 25> kSpellings{
    "#N/A", "#N/A N/A", "#NA",    "-1.#IND",       "-1.#QNAN", "-NaN",  "-nan",  "1.#IND", "1.#QNAN",
    "<NA>", "N/A",      "NA",     "NULL",          "NaN",      "None",  "n/a",   "nan",    "null",
    "\\N",  "NaT",      "(null)", "NA_character_", "#NV",      "<nan>", "<none>"};

// With any capitals, where the column cannot hold such words as data.
constexpr std::array<std::string_view, 14> kWords{
    "na",      "nan",       "n/a", "n.a.", "none",          "null",           "nil",
    "missing", "undefined", "nat", "<na>", "not available", "not applicable", "unknown"};

template <std::size_t N>
bool is_among(std::string_view text, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// "#REF!", "#DIV/0!", "#NAME?", in whatever language.
bool is_spreadsheet_error(std::string_view text) {
  return text.size() > 2 && text.front() == '#' && (text.back() == '!' || text.back() == '?');
}

bool is_marks(std::string_view text) {
  constexpr std::array<std::string_view, 3> kWide{kEllipsis, "\xE2\x80\x93", "\xE2\x80\x94"};  // …, en and em dash
  while (!text.empty()) {
    std::size_t used = std::string_view("-.?_~").find(text[0]) != std::string_view::npos ? 1 : 0;
    for (const std::string_view wide : kWide)
      if (text.starts_with(wide)) used = wide.size();
    if (used == 0) return false;
    text.remove_prefix(used);
  }
  return true;
}

}  // namespace

bool is_missing(std::string_view text, ValueKind kind) {
  text = trimmed(text);
  if (text.empty()) return true;
  // A long text of a gap alone is an alignment's, and nothing either.
  if (kind == ValueKind::sequence && is_marks(text)) return true;
  if (text.size() > kLongest) return false;
  if (kind == ValueKind::record) return (is_among(text, kSpellings) && text != "NA") || text == "none";
  if (is_among(text, kSpellings) || is_spreadsheet_error(text) || is_marks(text)) return true;
  return kind != ValueKind::name && is_among(lower(text), kWords);
}

}  // namespace groel::io
