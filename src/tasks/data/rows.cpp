// groel data filter and dedupe: rows that stay, as they are written.
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "io/missing.h"
#include "io/numbers.h"
#include "tasks/data/clusters.h"
#include "tasks/data/conditions.h"
#include "tasks/data/raw_table.h"
#include "tasks/data/row_text.h"
#include "tasks/data/text_output.h"
#include "tasks/data/verbs.h"

namespace groel::tasks {
namespace {

using Rows = std::vector<std::int64_t>;

std::int64_t residues_of(const std::string& sequence) {
  return std::count_if(sequence.begin(), sequence.end(), [](char c) { return c != ' ' && c != '\t' && c != '\n'; });
}

// What filter looks at.
struct Filter {
  std::vector<Condition> conditions;  // columns are places among the cells
  std::optional<std::size_t> sequences, counted;
};

Filter filter_of(const io::Columns& columns, const DataOptions& options, std::vector<std::size_t>& wanted) {
  Filter out;
  out.conditions = conditions_of(options.where, columns);
  for (Condition& condition : out.conditions) {
    wanted.push_back(condition.column);
    condition.column = wanted.size() - 1;
  }
  if (options.min_length || options.max_length) {
    wanted.push_back(columns.require(options.sequence_column, io::ColumnRole::sequence, "--sequence-column"));
    out.sequences = wanted.size() - 1;
  }
  if (options.min_count > 0) {
    if (options.count_column.empty())
      throw Error(ErrorKind::usage, {"of which column?", "--min-count", "name it with --count-column"});
    wanted.push_back(columns.named(options.count_column, "--count-column"));
    out.counted = wanted.size() - 1;
  }
  return out;
}

Rows rows_with_values(const RawTable& table, const Filter& filter, const DataOptions& options) {
  Rows out;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    bool stays = std::all_of(filter.conditions.begin(), filter.conditions.end(),
                             [&](const Condition& one) { return one.holds(table.cells[one.column][row]); });
    if (stays && filter.sequences) {
      const std::int64_t length = residues_of(table.cells[*filter.sequences][row]);
      stays = length >= options.min_length.value_or(0) && length <= options.max_length.value_or(length);
    }
    if (stays) out.push_back(static_cast<std::int64_t>(row));
  }
  return out;
}

// Of columns that a condition compares as numbers: decimal commas become points, where the whole column has them.
void read_commas(RawTable& table, const Filter& filter, Sink& sink) {
  for (const Condition& one : filter.conditions) {
    if (!one.compares_numbers()) continue;
    std::vector<std::string>& cells = table.cells[one.column];
    const io::Numbers numbers = io::read_numbers(cells, table.delimiter);
    if (!numbers.decimal_commas) continue;
    for (std::size_t row = 0; row < cells.size(); ++row)
      if (!std::isnan(numbers.values[row])) cells[row] = fmt::format("{}", numbers.values[row]);
    sink.note(fmt::format("column '{}': commas are read as decimal points", one.name));
  }
}

// Rows that a condition on numbers leaves out because they have none.
void tell_no_numbers(const RawTable& table, const Filter& filter, Sink& sink) {
  for (const Condition& one : filter.conditions) {
    const auto& cells = table.cells[one.column];
    const auto count =
        std::count_if(cells.begin(), cells.end(), [&](const std::string& cell) { return one.misses_number(cell); });
    if (count > 0)
      sink.warning(fmt::format("{} left out: no number where --where compares one", counted(count, "row")));
  }
}

// Of the rows, those whose value enough of them have.
Rows common_ones(const RawTable& table, const Rows& rows, std::size_t column, std::int64_t least) {
  std::unordered_map<std::string_view, std::int64_t> counts;
  for (const std::int64_t row : rows) ++counts[table.cells[column][static_cast<std::size_t>(row)]];
  Rows out;
  for (const std::int64_t row : rows)
    if (counts[table.cells[column][static_cast<std::size_t>(row)]] >= least) out.push_back(row);
  return out;
}

// The rows under a header with other names.
std::string renamed_text(const RawTable& table, const Rows& rows, const DataOptions& options) {
  if (table.fasta)
    throw Error(ErrorKind::usage,
                {"a FASTA file has no columns to rename", "--rename", "groel data merge makes a table"});
  io::Columns columns = table.columns;
  rename_columns(columns, options);
  return row_text(columns.names, table.delimiter) + text_of(table, rows).substr(table.header.size() + 1);
}

void write_rows(const RawTable& table, const Rows& rows, const DataOptions& options, Context& context) {
  if (rows.empty())
    throw Error(ErrorKind::bad_input, {fmt::format("no row of {} is left", table.rows.size()), table.source, {}});
  TextOutput output(options, context.out);
  output.add(options.rename.empty() ? text_of(table, rows) : renamed_text(table, rows, options));
  output.finish();
  context.sink.note(fmt::format("{} of {} kept", rows.size(), counted(table.rows.size(), "row")));
}

std::size_t key_column(const io::Columns& columns, const DataOptions& options) {
  if (!options.key.empty()) return columns.named(options.key, "--key");
  return columns.require(options.sequence_column, io::ColumnRole::sequence, "--sequence-column");
}

// Clusters of the table's values and, after them, of those elsewhere: one number stands for all that are alike.
std::vector<std::string> similar_as_one(std::vector<std::string> values, std::vector<std::string> elsewhere,
                                        double identity, Sink& sink) {
  values.insert(values.end(), elsewhere.begin(), elsewhere.end());
  const Clusters clusters = clusters_by_identity(values, identity, sink);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!io::is_missing(values[i], io::ValueKind::sequence)) values[i] = fmt::format("cluster {}", clusters[i]);
  return values;
}

// Sequences are the same whatever their case and blanks; values of another column are as they are written.
void as_compared(std::vector<std::string>& values, const DataOptions& options) {
  if (!options.key.empty()) return;
  for (std::string& value : values) {
    std::erase_if(value, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
    for (char& c : value)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
}

std::unordered_set<std::string> values_elsewhere(const DataOptions& options, Sink& sink) {
  std::unordered_set<std::string> out;
  for (const std::string& path : options.against) {
    RawTable table = read_raw_table(
        path, [&](const io::Columns& columns) { return std::vector{key_column(columns, options)}; }, sink);
    as_compared(table.cells[0], options);
    for (std::string& value : table.cells[0]) out.insert(std::move(value));
  }
  return out;
}

struct DistinctRows {
  Rows rows;
  std::int64_t repeated = 0, elsewhere = 0, disagree = 0;
};

DistinctRows distinct_rows(const RawTable& table, const std::unordered_set<std::string>& elsewhere) {
  DistinctRows out;
  std::unordered_map<std::string_view, std::size_t> first;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& value = table.cells[0][row];
    const bool missing = io::is_missing(value, io::ValueKind::sequence);  // nothing is not the same as nothing
    if (!missing && elsewhere.contains(value)) {
      ++out.elsewhere;
      continue;
    }
    const auto [known, is_new] = missing ? std::pair(first.end(), true) : first.emplace(value, row);
    if (is_new) {
      out.rows.push_back(static_cast<std::int64_t>(row));
      continue;
    }
    ++out.repeated;
    if (table.cells.size() > 1 && table.cells[1][row] != table.cells[1][known->second]) ++out.disagree;
  }
  return out;
}

// Puts the names of clusters in the place of sequences.
void merge_similar(RawTable& table, std::unordered_set<std::string>& elsewhere, const DataOptions& options,
                   Sink& sink) {
  if (!options.key.empty())
    throw Error(ErrorKind::usage, {"sequences alone can be similar", "--identity", "leave out --key"});
  const std::size_t rows = table.rows.size();
  std::vector<std::string> names =
      similar_as_one(std::move(table.cells[0]), {elsewhere.begin(), elsewhere.end()}, *options.identity, sink);
  elsewhere = {names.begin() + static_cast<std::ptrdiff_t>(rows), names.end()};
  names.resize(rows);
  table.cells[0] = std::move(names);
}

}  // namespace

void filter_data(const DataOptions& options, Context& context) {
  Filter filter;
  RawTable table = read_raw_table(
      options.files(1, 1)[0],
      [&](const io::Columns& columns) {
        std::vector<std::size_t> wanted;
        filter = filter_of(columns, options, wanted);
        return wanted;
      },
      context.sink);
  read_commas(table, filter, context.sink);
  tell_no_numbers(table, filter, context.sink);
  Rows rows = rows_with_values(table, filter, options);
  if (filter.counted) rows = common_ones(table, rows, *filter.counted, options.min_count);
  write_rows(table, rows, options, context);
}

void dedupe_data(const DataOptions& options, Context& context) {
  auto elsewhere = values_elsewhere(options, context.sink);
  RawTable table = read_raw_table(
      options.files(1, 1)[0],
      [&](const io::Columns& columns) {
        std::vector<std::size_t> wanted{key_column(columns, options)};
        if (!options.label_column.empty()) wanted.push_back(columns.named(options.label_column, "--label-column"));
        return wanted;
      },
      context.sink);
  as_compared(table.cells[0], options);
  if (options.identity) merge_similar(table, elsewhere, options, context.sink);
  const DistinctRows distinct = distinct_rows(table, elsewhere);
  if (distinct.repeated > 0)
    context.sink.note(fmt::format("{} repeated an earlier one{} and left out", counted(distinct.repeated, "row"),
                                  options.identity ? ", or are like it," : ""));
  if (distinct.elsewhere > 0)
    context.sink.note(
        fmt::format("{} also in the files of --against and left out", counted(distinct.elsewhere, "row")));
  if (distinct.disagree > 0)
    context.sink.warning(
        fmt::format("{} had another label than the row that was kept", counted(distinct.disagree, "row")));
  write_rows(table, distinct.rows, options, context);
}

}  // namespace groel::tasks
