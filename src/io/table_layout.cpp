// Recognises the comments, header and delimiter of a table.
#include "io/table_layout.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "io/characters.h"
#include "io/columns.h"
#include "io/missing.h"
#include "io/numbers.h"

namespace groel::io {
namespace {

constexpr std::array<char, 4> kDelimiters{'\t', ',', ';', '|'};
constexpr std::size_t kRowsLookedAt = 20;

// Lines of the head; the last is given even when it is cut.
std::vector<std::string_view> lines_of(std::string_view head, std::size_t most) {
  std::vector<std::string_view> out;
  while (!head.empty() && out.size() < most) {
    const std::size_t end = std::min(head.find_first_of("\r\n"), head.size());
    if (!trimmed(head.substr(0, end)).empty()) out.push_back(head.substr(0, end));
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return out;
}

template <class Take>
void each_field(std::string_view line, char delimiter, const Take& take) {
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    if (at < line.size() && line[at] == '"' && (quoted || at == begin)) quoted = !quoted;
    if (at < line.size() && (quoted || line[at] != delimiter)) continue;
    take(line.substr(begin, at - begin));
    begin = at + 1;
  }
}

std::size_t count_fields(std::string_view line, char delimiter) {
  std::size_t count = 0;
  each_field(line, delimiter, [&](std::string_view) { ++count; });
  return count;
}

bool names_something(const std::vector<std::string>& fields, const std::vector<std::string>& names) {
  return std::any_of(fields.begin(), fields.end(), [&](const std::string& field) {
    return is_usual_name(field) || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
             return !name.empty() && plain_name(name) == plain_name(field);
           });
  });
}

bool has_number(const std::vector<std::string>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const std::string& field) {
    return parse_number(field) || parse_decimal_comma(field) || is_missing(field, ValueKind::name);
  });
}

// "#id,score" above "P1,0.5", and not "# made by A, B" above "id,score".
bool is_hash_header(std::string_view line, std::string_view next, const std::vector<std::string>& names) {
  if (!next.empty() && next[0] == '#') return false;
  for (const char delimiter : kDelimiters) {
    const std::size_t count = count_fields(line, delimiter);
    if (count < 2 || count != count_fields(next, delimiter)) continue;
    const bool known = names_something(split_fields(line, delimiter), names);
    const bool next_known = names_something(split_fields(next, delimiter), names);
    if (known != next_known) return known;
    return !known && has_number(split_fields(next, delimiter)) && !has_number(split_fields(line, delimiter));
  }
  return false;
}

// As R writes tables with the names of rows.
bool is_short(const std::vector<std::string_view>& lines, char delimiter) {
  if (lines.size() < 3) return false;
  const std::size_t count = count_fields(lines[0], delimiter);
  return count > 1 && std::all_of(lines.begin() + 1, lines.end(), [&](std::string_view line) {
           return count_fields(line, delimiter) == count + 1 && line.back() != delimiter;
         });
}

// "sep=;" as Excel writes and reads it.
char settled(std::string_view line) {
  line = trimmed(line);
  if (line.size() >= 2 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
  const bool is = line.size() == 5 && plain_name(line.substr(0, 4)) == "sep=";
  return is ? line[4] : '\0';
}

}  // namespace

std::vector<std::string> split_fields(std::string_view line, char delimiter) {
  std::vector<std::string> out;
  each_field(line, delimiter, [&](std::string_view field) {
    field = trimmed(field);
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"') field = field.substr(1, field.size() - 2);
    out.emplace_back(trimmed(field));
  });
  return out;
}

char choose_delimiter(const std::vector<std::string_view>& lines, const std::vector<std::string>& names) {
  char best = kNoDelimiter;
  std::tuple<bool, std::size_t> most{false, 0};
  for (const char delimiter : kDelimiters) {
    const std::size_t count = lines.empty() ? 0 : count_fields(lines[0], delimiter);
    if (count < 2) continue;
    const auto agreeing =
        static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](std::string_view line) {
          return count_fields(line, delimiter) == count;
        }));  // the header is one of them
    const std::tuple merit{names_something(split_fields(lines[0], delimiter), names), agreeing};
    if (merit <= most) continue;
    most = merit;
    best = delimiter;
  }
  return best;
}

std::vector<std::string_view> content_lines(std::string_view head, std::size_t most) {
  std::vector<std::string_view> lines = lines_of(head, LineReader::kMostPeeked);
  std::size_t first = 0;
  while (first < lines.size() && (trimmed(lines[first])[0] == '#' || settled(lines[first]) != '\0')) {
    if (first + 1 < lines.size() && is_hash_header(lines[first], lines[first + 1], {})) break;
    ++first;
  }
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(first));
  lines.resize(std::min(lines.size(), most));
  return lines;
}

TableLayout find_layout(LineReader& lines, const std::vector<std::string>& names) {
  TableLayout out;
  char sep = '\0';
  for (std::string_view passed;; lines.next(passed)) {
    const std::string_view head = lines.peek(LineReader::kMostPeeked);
    if (head.empty()) return out;
    const std::string_view line = head.substr(0, head.find_first_of("\r\n"));
    if (trimmed(line).empty()) continue;
    const std::vector<std::string_view> content = lines_of(head, kRowsLookedAt);
    if (const char found = settled(line); found != '\0' && sep == '\0') {
      sep = found;
      continue;
    }
    const std::string_view next = content.size() > 1 ? content[1] : std::string_view();
    if (trimmed(line)[0] == '#' && !is_hash_header(line, next, names)) {
      ++out.comments;
      continue;
    }
    out.first = line;
    out.delimiter = sep != '\0' ? sep : choose_delimiter(content, names);
    out.short_header = is_short(content, out.delimiter);
    return out;
  }
}

}  // namespace groel::io
