// Compares names of classes.
#include "tasks/evaluate/class_names.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "io/characters.h"
#include "io/numbers.h"

namespace groel::tasks {
namespace {

std::string folded(std::string_view text) {
  std::string out(io::trimmed(text));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

constexpr std::array<std::string_view, 13> kWords{"probability", "proba", "prob",  "scores", "score", "logit", "class",
                                                  "label",       "pred",  "truth", "true",   "p",     "y"};

bool is_separator(char c) { return std::string_view("_- .:()[]=").find(c) != std::string_view::npos; }

std::string_view without_marks(std::string_view text) {
  while (!text.empty() && is_separator(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_separator(text.back())) text.remove_suffix(1);
  return text;
}

// "prob_amp" -> "amp", "p1" -> "1"; "peptide" stays, as only a mark or a digit may follow such a word.
std::string_view without_word(std::string_view text) {
  for (const std::string_view word : kWords) {
    if (text.size() <= word.size()) continue;
    const char next = text[word.size()];
    if (text.starts_with(word) && (is_separator(next) || (next >= '0' && next <= '9')))
      return without_marks(text.substr(word.size()));
    if (text.ends_with(word) && is_separator(text[text.size() - word.size() - 1]))
      return without_marks(text.substr(0, text.size() - word.size()));
  }
  return text;
}

// Whether one name is the other with a "non" before it.
bool is_contrary(std::string_view negative, std::string_view positive) {
  for (const std::string_view no : {"non", "not", "no"})
    if (negative.starts_with(no) && without_marks(negative.substr(no.size())) == positive) return true;
  return false;
}

}  // namespace

std::string class_name(const std::string& cell) {
  const std::string_view text = io::trimmed(cell);
  const auto number = io::parse_number(text);
  if (number && std::abs(*number) < 1e15 && *number == std::floor(*number)) return fmt::format("{:.0f}", *number);
  return std::string(text);
}

std::optional<bool> yes_or_no(const std::string& cell) {
  const std::string text = folded(class_name(cell));
  for (const char* yes : {"1", "true", "yes", "t", "y"})
    if (text == yes) return true;
  for (const char* no : {"", "0", "false", "no", "f", "n", "-0"})
    if (text == no) return false;
  return std::nullopt;
}

std::optional<std::vector<std::int64_t>> whole_numbers(const std::vector<std::string>& names) {
  std::vector<std::int64_t> out;
  for (const std::string& name : names) {
    const auto number = io::parse_whole_number(name);
    if (!number) return std::nullopt;
    out.push_back(*number);
  }
  return out;
}

std::vector<std::string> ordered_classes(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (whole_numbers(names))
    std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
      return io::parse_whole_number(a).value_or(0) < io::parse_whole_number(b).value_or(0);
    });
  return names;
}

std::optional<std::size_t> place_of(const std::string& name, const std::vector<std::string>& classes) {
  const auto exact = std::find(classes.begin(), classes.end(), name);
  if (exact != classes.end()) return exact - classes.begin();
  std::optional<std::size_t> found;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (folded(classes[c]) != folded(name)) continue;
    if (found) return std::nullopt;
    found = c;
  }
  return found;
}

bool is_column_of(const std::string& column, const std::string& name) {
  const std::string text = folded(column), wanted = folded(name);
  if (text == wanted) return true;
  const std::string_view rest = without_word(text);
  return rest == wanted || without_word(rest) == wanted;
}

bool are_of_one_class(const std::string& a, const std::string& b) {
  const std::string whole = folded(b);
  const std::string_view rest = without_word(whole);
  return is_column_of(a, b) || is_column_of(a, std::string(rest)) || is_column_of(a, std::string(without_word(rest)));
}

std::size_t usual_positive(const std::vector<std::string>& classes) {
  if (const auto one = place_of("1", classes)) return *one;
  for (std::size_t a = 0; a < classes.size(); ++a)
    for (const std::string& other : classes)
      if (is_contrary(folded(other), folded(classes[a])) || folded(other) == "negative") {
        if (folded(classes[a]) != "negative" && &other != &classes[a]) return a;
      }
  return classes.empty() ? 0 : classes.size() - 1;
}

}  // namespace groel::tasks
