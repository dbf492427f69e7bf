// groel data merge: rows of several files in one table, with a label for each file: positives and negatives.
#include <algorithm>
#include <unordered_map>

#include "tasks/data/raw_table.h"
#include "tasks/data/row_text.h"
#include "tasks/data/text_output.h"
#include "tasks/data/verbs.h"

namespace groel::tasks {
namespace {

// The columns of all files, each once, in the order in which they are met.
std::vector<std::string> columns_of_all(const std::vector<RawTable>& tables) {
  std::vector<std::string> out;
  for (const RawTable& table : tables)
    for (const std::string& name : table.columns.names)
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  return out;
}

void check_labels(const std::vector<std::string>& files, const DataOptions& options,
                  const std::vector<std::string>& columns) {
  if (options.labels.empty()) return;
  if (options.labels.size() != files.size())
    throw Error(ErrorKind::usage,
                {fmt::format("{} for {}", counted(options.labels.size(), "label"), counted(files.size(), "file")),
                 "--labels", "one for each file, in their order"});
  if (std::find(columns.begin(), columns.end(), options.label_name()) != columns.end())
    throw Error(ErrorKind::bad_input, {fmt::format("the files have a column '{}' already", options.label_name()),
                                       "--label-column", "name another for the labels of the files"});
}

// Sequences that two files have: with labels a contradiction.
void tell_shared(const std::vector<RawTable>& tables, const DataOptions& options, Sink& sink) {
  std::unordered_map<std::string_view, std::size_t> first;
  std::int64_t shared = 0;
  for (std::size_t file = 0; file < tables.size(); ++file) {
    const auto column = sequence_column_of(tables[file], options.sequence_column);
    if (!column) continue;
    for (const std::string& sequence : tables[file].cells[*column]) {
      if (sequence.empty()) continue;
      const auto [known, is_new] = first.emplace(sequence, file);
      if (!is_new && known->second != file) ++shared;
    }
  }
  if (shared > 0)
    sink.warning(fmt::format("{} a sequence that an earlier file has, too{} (groel data dedupe leaves them out)",
                             counted(shared, "row has", "rows have"),
                             options.labels.empty() ? "" : ": it has two labels"));
}

// Of each column of the result its place in the table, if it is there.
std::vector<std::optional<std::size_t>> places_in(const RawTable& table, const std::vector<std::string>& columns) {
  std::vector<std::optional<std::size_t>> out;
  for (const std::string& name : columns) {
    const auto& names = table.columns.names;
    const auto found = std::find(names.begin(), names.end(), name);
    out.push_back(found == names.end() ? std::nullopt : std::optional<std::size_t>(found - names.begin()));
  }
  return out;
}

}  // namespace

void merge_data(const DataOptions& options, Context& context) {
  const std::vector<std::string> files = options.files(1, 1000);
  std::vector<RawTable> tables;
  for (const std::string& path : files) tables.push_back(read_raw_table(path, all_columns, context.sink));
  std::vector<std::string> columns = columns_of_all(tables);
  check_labels(files, options, columns);
  tell_shared(tables, options, context.sink);
  TextOutput output(options, context.out);
  const char delimiter = delimiter_for(options);
  std::vector<std::string> header = columns;
  if (!options.labels.empty()) header.push_back(options.label_name());
  output.add(row_text(header, delimiter));
  for (std::size_t file = 0; file < tables.size(); ++file) {
    const RawTable& table = tables[file];
    const auto places = places_in(table, columns);
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      std::vector<std::string> cells;
      for (const auto& place : places) cells.push_back(place ? table.cells[*place][row] : "");
      if (!options.labels.empty()) cells.push_back(options.labels[file]);
      output.add(row_text(cells, delimiter));
    }
    context.sink.note(fmt::format("{}: {}{}", table.source, counted(table.rows.size(), "row"),
                                  options.labels.empty() ? "" : " with the label " + options.labels[file]));
  }
  output.finish();
}

}  // namespace groel::tasks
