// groel data join: columns of a second file beside the rows of a first one, by id.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "formats/cell.h"
#include "tasks/data/raw_table.h"
#include "tasks/data/text_output.h"
#include "tasks/data/verbs.h"

namespace groel::tasks {
namespace {

std::size_t id_of(const io::Columns& columns, const std::string& name) {
  if (!name.empty())
    if (const auto found = columns.find(name)) return *found;
  if (const auto entry = columns.find("EntryID")) return *entry;
  if (const auto usual = columns.usual(io::ColumnRole::id)) return *usual;
  return columns.require(name, io::ColumnRole::id, "--id-column");
}

std::vector<std::size_t> all_columns(const io::Columns& columns) {
  std::vector<std::size_t> out(columns.names.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
  return out;
}

// "sp|P69905|HBA_HUMAN" is known by its accession, too.
std::string accession_of(const std::string& id) {
  const std::size_t first = id.find('|'), second = first == std::string::npos ? first : id.find('|', first + 1);
  return second == std::string::npos ? id : id.substr(first + 1, second - first - 1);
}

struct Partners {
  std::unordered_map<std::string, std::size_t> rows;
  std::int64_t repeated = 0;
};

Partners partners_of(const RawTable& table, std::size_t id) {
  Partners out;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& name = table.cells[id][row];
    if (!out.rows.emplace(name, row).second) ++out.repeated;
    if (const std::string accession = accession_of(name); accession != name) out.rows.emplace(accession, row);
  }
  return out;
}

std::string row_text(const std::vector<std::string>& cells, char delimiter) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += delimiter;
    out += delimiter == ',' ? formats::cell_text(cells[i]) : cells[i];
  }
  return out + '\n';
}

std::vector<std::string> cells_of(const RawTable& table, std::size_t row, std::optional<std::size_t> leave_out = {}) {
  std::vector<std::string> out;
  for (std::size_t c = 0; c < table.cells.size(); ++c)
    if (c != leave_out) out.push_back(table.cells[c][row]);
  return out;
}

void tell_alone(const std::vector<std::string>& ids, const std::string& source, Sink& sink) {
  if (!ids.empty())
    sink.warning(fmt::format("{} of {} in this file alone: {}", counted(ids.size(), "id"), source, listed(ids, 5)));
}

}  // namespace

void join_data(const DataOptions& options, Context& context) {
  const std::vector<std::string> files = options.files(2, 2);
  TextOutput output(options, context.out);
  const RawTable left = read_raw_table(files[0], all_columns, context.sink);
  const RawTable right = read_raw_table(files[1], all_columns, context.sink);
  const std::size_t left_id = id_of(left.columns, options.id_column),
                    right_id = id_of(right.columns, options.id_column);
  const Partners partners = partners_of(right, right_id);
  const bool tabs = options.output && without_compression(*options.output).extension() == ".tsv";
  const char delimiter = tabs ? '\t' : ',';
  std::vector<std::string> names = left.columns.names;
  for (std::size_t c = 0; c < right.columns.names.size(); ++c)
    if (c != right_id) names.push_back(right.columns.names[c]);
  std::string text = row_text(names, delimiter);
  std::unordered_set<std::size_t> used;
  std::vector<std::string> alone_left, alone_right;
  std::size_t kept = 0;
  for (std::size_t row = 0; row < left.rows.size(); ++row) {
    const std::string& id = left.cells[left_id][row];
    auto found = partners.rows.find(id);
    if (found == partners.rows.end()) found = partners.rows.find(accession_of(id));
    std::vector<std::string> cells = cells_of(left, row);
    if (found == partners.rows.end()) {
      alone_left.push_back(id);
      if (options.keep == "matched") continue;
      cells.resize(names.size());
    } else {
      used.insert(found->second);
      for (std::string& cell : cells_of(right, found->second, right_id)) cells.push_back(std::move(cell));
    }
    ++kept;
    text += row_text(cells, delimiter);
  }
  for (std::size_t row = 0; row < right.rows.size(); ++row)
    if (!used.contains(row)) alone_right.push_back(right.cells[right_id][row]);
  tell_alone(alone_left, left.source, context.sink);
  tell_alone(alone_right, right.source, context.sink);
  if (partners.repeated > 0)
    context.sink.warning(fmt::format("{}: {} repeated an earlier id, whose row is used", right.source,
                                     counted(partners.repeated, "row")));
  if (kept == 0)
    throw Error(ErrorKind::bad_input, {"no id is in both files", files[0] + ", " + files[1], "look at --id-column"});
  output.add(text);
  output.finish();
  context.sink.note(fmt::format("{} of {} kept", kept, counted(left.rows.size(), "row")));
}

}  // namespace groel::tasks
