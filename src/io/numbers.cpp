// Parses numbers, and finds out whether a column uses decimal commas.
#include "io/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "io/characters.h"
#include "io/missing.h"

namespace groel::io {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_point(std::string_view text) { return text.find('.') != std::string_view::npos; }

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  constexpr std::string_view kMinus = "\xE2\x88\x92";  // U+2212
  text = trimmed(text);
  std::string minus;
  if (text.starts_with(kMinus)) {
    minus = "-" + std::string(text.substr(kMinus.size()));
    text = minus;
  } else if (text.starts_with('+') && !text.starts_with("+-")) {
    text.remove_prefix(1);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return text.starts_with('-') ? -INFINITY : INFINITY;
  return error == std::errc() && !std::isnan(value) ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> parse_whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<double> parse_decimal_comma(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || has_point(text) || comma + 1 == text.size() || !is_digit(text[comma + 1]))
    return std::nullopt;
  std::string pointed(text);
  pointed[comma] = '.';
  return parse_number(pointed);
}

bool could_be_thousands(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t comma = text.find(',');
  if (comma == 0 || comma > 3 || text.size() != comma + 4 || text[0] == '0') return false;
  const std::string_view front = text.substr(0, comma), back = text.substr(comma + 1);
  return std::all_of(front.begin(), front.end(), is_digit) && std::all_of(back.begin(), back.end(), is_digit);
}

Numbers read_numbers(const std::vector<std::string>& texts, char delimiter) {
  std::size_t commas = 0, thousands = 0, points = 0;
  for (const std::string& text : texts) {
    const bool comma = parse_decimal_comma(text).has_value();
    commas += comma;
    thousands += comma && could_be_thousands(text);
    points += has_point(text) && parse_number(text).has_value();
  }
  Numbers out;
  out.decimal_commas = commas > 0 && points == 0 && !(delimiter == ',' && thousands == commas);
  for (const std::string& text : texts) {
    auto value = parse_number(text);
    if (!value && out.decimal_commas) value = parse_decimal_comma(text);
    if (value && !std::isfinite(*value)) value.reset();
    if (!value && is_missing(text, ValueKind::quantity))
      ++out.missing;
    else if (!value && out.unreadable++ == 0)
      out.first_unreadable = out.values.size();
    out.values.push_back(value.value_or(NAN));
  }
  return out;
}

std::vector<std::string> notes_of(const Numbers& numbers, const std::string& column) {
  std::vector<std::string> out;
  if (numbers.decimal_commas) out.push_back(fmt::format("column '{}': commas are read as decimal points", column));
  if (numbers.missing > 0)
    out.push_back(fmt::format("column '{}': {} of {} values {} missing", column, numbers.missing, numbers.values.size(),
                              numbers.missing == 1 ? "is" : "are"));
  return out;
}

std::string left_out_of(const Numbers& numbers, const std::vector<std::string>& texts, const std::string& column) {
  if (numbers.unreadable == 0) return {};
  return fmt::format("column '{}': {} of {} values left out, as no finite number{}; the first is '{}'", column,
                     numbers.unreadable, texts.size(), numbers.unreadable == 1 ? "" : "s",
                     texts[numbers.first_unreadable].substr(0, 40));
}

}  // namespace groel::io
