// Pages of tables: substitutions as a map, vectors as such, all others to be sorted and charted.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <regex>

#include "base/text_file.h"
#include "base/words.h"
#include "io/missing.h"
#include "io/table.h"
#include "tasks/open/options.h"

namespace groel::tasks {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::optional<double> number_in(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// Whether every value that is there is a number, and one is.
bool is_numeric(const io::Table& table, std::size_t column) {
  bool any = false;
  for (const io::CsvRow& row : table.rows) {
    const std::string& text = row.fields[column];
    if (io::is_missing(text, io::ValueKind::quantity)) continue;
    if (!number_in(text)) return false;
    any = true;
  }
  return any;
}

json cell_of(const std::string& text, bool numeric) {
  if (numeric) {
    const auto value = number_in(text);
    return value ? json(*value) : json();
  }
  return text;
}

struct ScanColumns {
  std::size_t position = 0, wild_type = 0, mutation = 0, score = 0;
  std::optional<std::size_t> id;
};

// Those of `groel score --scan`; of several models their mean.
std::optional<ScanColumns> scan_columns(const io::Table& table) {
  const io::Columns& columns = table.columns;
  const auto position = columns.find("position"), wild = columns.find("wild_type"), mutation = columns.find("mutation");
  if (!position || !wild || !mutation) return std::nullopt;
  ScanColumns out{*position, *wild, *mutation, 0, columns.find("id")};
  for (const char* name : {"score", "mean"})
    if (const auto score = columns.find(name)) {
      out.score = *score;
      return out;
    }
  return std::nullopt;
}

json scan_of(const io::Table& table, const ScanColumns& at) {
  std::vector<std::string> names;
  std::map<std::string, json> rows;
  std::int64_t unread = 0;
  for (const io::CsvRow& row : table.rows) {
    const auto position = number_in(row.fields[at.position]);
    const std::string& wild = row.fields[at.wild_type];
    const std::string& mutation = row.fields[at.mutation];
    if (!position || wild.size() != 1 || mutation.size() != 1) {
      ++unread;
      continue;
    }
    const std::string name = at.id ? row.fields[*at.id] : "";
    if (!rows.contains(name)) names.push_back(name), rows[name] = json::array();
    const auto score = number_in(row.fields[at.score]);
    rows[name].push_back({{"mutant", fmt::format("{}{}{}", wild, static_cast<std::int64_t>(*position), mutation)},
                          {"position", static_cast<std::int64_t>(*position)},
                          {"wild_type", wild},
                          {"mutation", mutation},
                          {"score", score ? json(*score) : json()}});
  }
  json out{{"kind", "scan"}, {"notes", table.notes}, {"proteins", json::array()}};
  for (const std::string& name : names) out["proteins"].push_back({{"name", name}, {"rows", std::move(rows[name])}});
  out["facts"] = {counted(std::ssize(table.rows), "variant"), table.columns.names[at.score]};
  if (unread > 0) out["notes"].push_back(counted(unread, "row") + " without a single substitution: left out");
  return out;
}

// Ours are called mean_6_0, mean_6_1, …; others' have so many columns of numbers.
bool is_vectors(const io::Table& table) {
  static const std::regex ours("(mean|max|cls)_[0-9]+_[0-9]+");
  for (const std::string& name : table.columns.names)
    if (std::regex_match(name, ours)) return true;
  std::size_t numeric = 0;
  for (std::size_t c = 0; c < table.columns.names.size(); ++c) numeric += is_numeric(table, c) ? 1 : 0;
  return numeric >= 32;
}

json table_json(const std::vector<std::string>& names, const std::vector<bool>& numeric, std::size_t rows) {
  json out{{"kind", "table"}, {"columns", json::array()}, {"rows", json::array()}, {"notes", json::array()}};
  for (std::size_t c = 0; c < names.size(); ++c)
    out["columns"].push_back({{"name", names[c]}, {"number", static_cast<bool>(numeric[c])}});
  out["facts"] = {counted(static_cast<std::int64_t>(rows), "row"), counted(std::ssize(names), "column")};
  if (rows > kMostRows)
    out["notes"].push_back(
        fmt::format("the first {} of {} rows are on the page: more would make it too large", kMostRows, rows));
  return out;
}

// The longest list of objects in a file, wherever it is.
void find_rows(const ordered_json& in, const ordered_json** best) {
  if (in.is_array() && !in.empty() &&
      std::all_of(in.begin(), in.end(), [](const ordered_json& one) { return one.is_object(); }) &&
      (*best == nullptr || in.size() > (*best)->size()))
    *best = &in;
  if (in.is_object() || (in.is_array() && *best != &in))
    for (const ordered_json& one : in) find_rows(one, best);
}

// {"scores": {"score": 1}} -> "scores.score": 1
void flatten(const ordered_json& object, const std::string& before, std::map<std::string, json>& out,
             std::vector<std::string>& names) {
  for (const auto& [key, value] : object.items()) {
    const std::string name = before.empty() ? key : before + "." + key;
    if (value.is_object()) {
      flatten(value, name, out, names);
      continue;
    }
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    out[name] = value.is_array() || value.is_boolean() ? json(value.dump()) : json(value);
  }
}

}  // namespace

ResultJson opened_table(const std::string& path) {
  const io::Table table = io::read_table(path);
  if (const auto scan = scan_columns(table)) return scan_of(table, *scan);
  if (is_vectors(table)) return opened_vectors(path);
  std::vector<bool> numeric;
  for (std::size_t c = 0; c < table.columns.names.size(); ++c) numeric.push_back(is_numeric(table, c));
  json out = table_json(table.columns.names, numeric, table.rows.size());
  for (const std::string& note : table.notes) out["notes"].push_back(note);
  for (std::size_t r = 0; r < std::min(table.rows.size(), kMostRows); ++r) {
    json row = json::array();
    for (std::size_t c = 0; c < numeric.size(); ++c) row.push_back(cell_of(table.rows[r].fields[c], numeric[c]));
    out["rows"].push_back(std::move(row));
  }
  return out;
}

ResultJson opened_json(const std::string& path) {
  const std::string text = read_text(path, std::size_t{1} << 30);
  parse_json(text, path, ErrorKind::bad_input);  // says what is wrong with it, and keeps no order
  const ordered_json all = ordered_json::parse(text);
  const ordered_json* list = nullptr;
  find_rows(all, &list);
  if (list == nullptr)
    throw Error(ErrorKind::bad_input,
                {"there is no list of rows in it", path, "a result of `groel … -o NAME.json` is expected"});
  std::vector<std::string> names;
  std::vector<std::map<std::string, json>> rows(list->size());
  for (std::size_t r = 0; r < list->size(); ++r) flatten((*list)[r], "", rows[r], names);
  std::vector<bool> numeric;
  for (const std::string& name : names)
    numeric.push_back(std::all_of(rows.begin(), rows.end(), [&](const auto& row) {
      const auto found = row.find(name);
      return found == row.end() || found->second.is_null() || found->second.is_number();
    }));
  json out = table_json(names, numeric, rows.size());
  for (std::size_t r = 0; r < std::min(rows.size(), kMostRows); ++r) {
    json row = json::array();
    for (const std::string& name : names) row.push_back(rows[r].contains(name) ? rows[r][name] : json());
    out["rows"].push_back(std::move(row));
  }
  return out;
}

}  // namespace groel::tasks
