// Prints the result table: one aligned line per figure, and the summary.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "golden/runner.h"

namespace groel::golden {
namespace {

using Line = std::array<std::string, 5>;

// Bytes of UTF-8 that begin a character.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string result_of(const Row& row) {
  const std::string tail = row.note.empty() ? "" : ": " + row.note.substr(0, row.note.find('\n'));
  if (row.status == Status::passed) return "ok";
  return (row.status == Status::missed ? "MISS" : "not run") + tail;
}

std::vector<Line> lines_of(const Report& report) {
  std::vector<Line> lines{{"case", "what", "worst", "tolerance", "result"}};
  for (const CaseReport& one : report.cases) {
    if (!one.unknown.empty()) lines.push_back({one.name, "-", "-", "", "no test knows this kind: " + one.unknown});
    for (const Row& row : one.rows) lines.push_back({one.name, row.what, row.figure, row.tolerance, result_of(row)});
  }
  return lines;
}

}  // namespace

std::string table(const Report& report) {
  const std::vector<Line> lines = lines_of(report);
  std::array<std::size_t, 5> widths{};
  for (const Line& line : lines)
    for (std::size_t i = 0; i < 4; ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  std::string out;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < 4; ++i) out += line[i] + std::string(widths[i] - width_of(line[i]) + 2, ' ');
    out += line[4] + '\n';
  }
  const std::size_t not_run = report.not_run();
  return out + fmt::format("golden: {} cases, {} checks, {} misses, {} unknown folders{}\n", report.case_count(),
                           report.checks(), report.misses(), report.unknown(),
                           not_run > 0 ? fmt::format(", {} not run", not_run) : "");
}

}  // namespace groel::golden
