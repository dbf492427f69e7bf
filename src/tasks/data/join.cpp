// groel data join: columns of further files beside the rows of a first one, by id.
#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

#include "tasks/data/raw_table.h"
#include "tasks/data/row_text.h"
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

void tell_alone(const std::vector<std::string>& ids, const std::string& source, Sink& sink) {
  if (!ids.empty())
    sink.warning(fmt::format("{} of {} in this file alone: {}", counted(ids.size(), "id"), source, listed(ids, 5)));
}

// What is joined so far: its names, ids and rows.
struct Joint {
  std::vector<std::string> names, ids, sources;
  std::vector<std::vector<std::string>> rows;
};

Joint beginning_of(const RawTable& table, const DataOptions& options) {
  const std::size_t id = id_of(table.columns, options.id_column);
  Joint out{table.columns.names, table.cells[id], {table.source}, {}};
  for (std::size_t row = 0; row < table.rows.size(); ++row) out.rows.push_back(cells_of(table, row));
  return out;
}

// A column that is there already is called after its file: `mask` for the sequences of mask.fasta.
std::string new_name(const std::vector<std::string>& names, const std::string& name, const RawTable& table,
                     Sink& sink) {
  const auto is_there = [&](const std::string& one) {
    return std::find(names.begin(), names.end(), one) != names.end();
  };
  if (!is_there(name)) return name;
  const std::string stem = without_compression(std::filesystem::path(table.source).filename()).stem().string();
  const std::string other = table.fasta && name == "sequence" && !is_there(stem) ? stem : name + "_" + stem;
  if (is_there(other))
    throw Error(ErrorKind::bad_input, {fmt::format("a column '{}' is in an earlier file, too", name), table.source,
                                       "give one of them another name: groel data filter --rename OLD=NEW"});
  sink.note(fmt::format("column '{}' of {} is called '{}', as an earlier file has one of its name", name, table.source,
                        other));
  return other;
}

void add_names(Joint& to, const RawTable& table, std::size_t id, Sink& sink) {
  for (std::size_t c = 0; c < table.columns.names.size(); ++c)
    if (c != id) to.names.push_back(new_name(to.names, table.columns.names[c], table, sink));
}

const std::size_t* partner_of(const Partners& partners, const std::string& id) {
  auto found = partners.rows.find(id);
  if (found == partners.rows.end()) found = partners.rows.find(accession_of(id));
  return found == partners.rows.end() ? nullptr : &found->second;
}

// Puts the columns of a file beside the rows; rows without a partner leave, unless all are kept.
void add_columns(Joint& to, const RawTable& table, const DataOptions& options, Sink& sink) {
  const std::size_t id = id_of(table.columns, options.id_column);
  const Partners partners = partners_of(table, id);
  add_names(to, table, id, sink);
  std::unordered_set<std::size_t> used;
  std::vector<std::string> alone, unused;
  std::size_t kept = 0, matched = 0;
  for (std::size_t row = 0; row < to.rows.size(); ++row) {
    const std::size_t* const partner = partner_of(partners, to.ids[row]);
    if (partner == nullptr) alone.push_back(to.ids[row]);
    if (partner == nullptr && options.keep == "matched") continue;
    std::vector<std::string> cells = std::move(to.rows[row]);
    for (std::size_t c = 0; partner != nullptr && c < table.cells.size(); ++c)
      if (c != id) cells.push_back(table.cells[c][*partner]);
    cells.resize(to.names.size());
    if (partner != nullptr) used.insert(*partner);
    matched += partner != nullptr ? 1 : 0;
    std::string name = std::move(to.ids[row]);
    to.ids[kept] = std::move(name);
    to.rows[kept++] = std::move(cells);
  }
  to.ids.resize(kept);
  to.rows.resize(kept);
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    if (!used.contains(row)) unused.push_back(table.cells[id][row]);
  tell_alone(alone, listed(to.sources), sink);
  tell_alone(unused, table.source, sink);
  to.sources.push_back(table.source);
  if (partners.repeated > 0)
    sink.warning(fmt::format("{}: {} repeated an earlier id, whose row is used", table.source,
                             counted(partners.repeated, "row")));
  if (matched == 0)
    throw Error(ErrorKind::bad_input, {"no id is in both files", listed(to.sources), "look at --id-column"});
}

}  // namespace

void join_data(const DataOptions& options, Context& context) {
  const std::vector<std::string> files = options.files(2, 100);
  TextOutput output(options, context.out);
  const RawTable first = read_raw_table(files[0], all_columns, context.sink);
  Joint joint = beginning_of(first, options);
  for (std::size_t i = 1; i < files.size(); ++i)
    add_columns(joint, read_raw_table(files[i], all_columns, context.sink), options, context.sink);
  io::Columns columns{joint.names, listed(joint.sources)};
  rename_columns(columns, options);
  const char delimiter = delimiter_for(options);
  output.add(row_text(columns.names, delimiter));
  for (const auto& row : joint.rows) output.add(row_text(row, delimiter));
  output.finish();
  context.sink.note(fmt::format("{} of {} kept", joint.rows.size(), counted(first.rows.size(), "row")));
}

}  // namespace groel::tasks
