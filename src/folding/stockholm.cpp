// Converts between Stockholm and A3M as AlphaFold 3 does.
#include "folding/stockholm.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <vector>

#include "base/error.h"
#include "folding/alignment.h"

namespace groel::folding {
namespace {

std::string_view without_space(std::string_view text) {
  const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

// The next word, which is taken off the front.
std::string_view word(std::string_view& text) {
  text = without_space(text);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view first = text.substr(0, end);
  text = without_space(text.substr(end));
  return first;
}

struct Rows {
  std::vector<std::string> names;
  std::map<std::string, std::string, std::less<>> letters, descriptions;
  bool ended = false;  // by "//"
};

Rows rows_of(std::string_view text, std::size_t most) {
  Rows rows;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = without_space(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("#=GS")) {
      word(line);
      const std::string_view name = word(line), feature = word(line);
      if (feature == "DE") rows.descriptions.insert_or_assign(std::string(name), std::string(line));
      continue;
    }
    rows.ended = rows.ended || line.starts_with("//");
    if (line.empty() || line[0] == '#' || line.starts_with("//")) continue;
    const std::string_view name = word(line);
    auto found = rows.letters.find(name);
    if (found == rows.letters.end()) {
      if (most != 0 && rows.names.size() >= most) continue;
      rows.names.emplace_back(name);
      found = rows.letters.emplace(std::string(name), "").first;
    }
    found->second += line;
  }
  return rows;
}

std::string on_query(const std::string& row, const std::string& query, const std::string& label) {
  if (row.size() != query.size())
    throw Error(ErrorKind::bad_input,
                {fmt::format("a row of {} columns where the first has {}", row.size(), query.size()), label, {}});
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (query[i] != '-')
      out += row[i];
    else if (row[i] != '-')
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(row[i])));
  }
  return out;
}

bool is_inserted(const std::string& row, std::size_t at) {
  return at < row.size() && std::islower(static_cast<unsigned char>(row[at])) != 0;
}

// Every row with the columns of all insertions: a row without one there has a gap.
std::vector<std::string> written_out(const std::vector<AlignmentRow>& rows) {
  std::vector<std::string> out(rows.size());
  std::vector<std::size_t> at(rows.size(), 0);
  for (;;) {
    bool left = false, inserted = false;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      left = left || at[r] < rows[r].letters.size();
      inserted = inserted || is_inserted(rows[r].letters, at[r]);
    }
    if (!left) return out;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const bool takes = inserted ? is_inserted(rows[r].letters, at[r]) : at[r] < rows[r].letters.size();
      out[r] += takes ? static_cast<char>(std::toupper(static_cast<unsigned char>(rows[r].letters[at[r]++]))) : '-';
    }
  }
}

}  // namespace

std::string stockholm_to_a3m(std::string_view stockholm, std::size_t most, StockholmColumns columns,
                             const std::string& label) {
  const Rows rows = rows_of(stockholm, most);
  if (!rows.names.empty() && !rows.ended)
    throw Error(ErrorKind::io, {"the alignment that a search wrote is cut short: is the disk full?", label,
                                "TMPDIR names another place for temporary files"});
  std::string out;
  for (const std::string& name : rows.names) {
    std::string letters = rows.letters.find(name)->second;
    if (columns == StockholmColumns::of_query)
      letters = on_query(letters, rows.letters.find(rows.names[0])->second, label);
    std::erase(letters, '.');
    const auto description = rows.descriptions.find(name);
    out +=
        fmt::format(">{} {}\n{}\n", name, description == rows.descriptions.end() ? "" : description->second, letters);
  }
  return out;
}

std::string a3m_to_stockholm(std::string_view a3m) {
  const auto rows = alignment_rows(a3m);
  const auto letters = written_out(rows);
  std::string out = "# STOCKHOLM 1.0\n\n", marks, table;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string description = rows[r].description;
    std::ranges::replace(description, '\t', ' ');
    const std::size_t blank = std::min(description.find(' '), description.size());
    const std::string name = fmt::format("{}_{}", without_space(description.substr(0, blank)), r);
    const std::string_view rest = without_space(std::string_view(description).substr(blank));
    out += fmt::format("#=GS {} DE {}\n", name, rest.empty() ? "<EMPTY>" : rest);
    table += fmt::format("{} {}\n", name, letters[r]);
  }
  if (!letters.empty())
    for (const char c : letters[0]) marks += c == '-' ? '.' : 'x';
  return out + "\n" + table + "#=GC RF " + marks + "\n//\n";
}

}  // namespace groel::folding
