// Quotes table cells and guards them against being read as formulas.
#include "formats/cell.h"

#include <algorithm>
#include <atomic>
#include <charconv>

namespace groel::formats {
namespace {

std::atomic<CellGuard> g_guard{CellGuard::off};

bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);  // which from_chars does not take
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error != std::errc::invalid_argument && end == text.data() + text.size();
}

// What Excel, LibreOffice or Google Sheets may take for a formula.
bool looks_like_formula(std::string_view text) {
  if (text.size() < 2) return false;  // a lone sign is text to all of them
  constexpr std::string_view kStarts[] = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};
  const bool starts = std::any_of(std::begin(kStarts), std::end(kStarts),
                                  [&](std::string_view start) { return text.starts_with(start); });
  return starts && !is_number(text);
}

std::string quoted_cell(std::string_view text, char separator) {
  if (text.find_first_of("\"\r\n") == std::string_view::npos && text.find(separator) == std::string_view::npos)
    return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += c;
    out += c;
  }
  return out + '"';
}

}  // namespace

void set_cell_guard(CellGuard guard) noexcept { g_guard = guard; }

std::string cell_text(std::string_view text, char separator) {
  if (g_guard == CellGuard::on && looks_like_formula(text)) return quoted_cell("'" + std::string(text), separator);
  return quoted_cell(text, separator);
}

std::string tabs_for_commas(std::string_view csv) {
  std::string out, cell;
  bool in_quotes = false;
  for (const char c : csv) {  // a doubled quote closes and opens again, and stands for one
    if (c == '"') {
      in_quotes = !in_quotes;
      cell += c;
    } else if (!in_quotes && (c == ',' || c == '\n')) {
      const bool was_quoted = cell.size() > 1 && cell.front() == '"';
      std::string plain;
      for (std::size_t i = was_quoted ? 1 : 0; i < cell.size() - (was_quoted ? 1 : 0); ++i) {
        plain += cell[i];
        if (was_quoted && cell[i] == '"') ++i;
      }
      out += quoted_cell(plain, '\t') + (c == ',' ? '\t' : '\n');
      cell.clear();
    } else {
      cell += c;
    }
  }
  return out;
}

}  // namespace groel::formats
