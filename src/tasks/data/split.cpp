// groel data split: rows to train on, to choose by and to test on.
#include "statistics/split.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <unordered_map>

#include "base/atomic_file.h"
#include "base/text_file.h"
#include "io/missing.h"
#include "io/numbers.h"
#include "tasks/data/clusters.h"
#include "tasks/data/raw_table.h"
#include "tasks/data/verbs.h"
#include "train/duplicates.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::int64_t>;

struct Part {
  std::string name;
  Rows rows;
  std::string source{};  // the value or file that it is made of
};

// The columns that a split looks at; none: it has no use for one.
struct SplitColumns {
  std::optional<std::size_t> classes, ids, sequences;  // places among the cells
};

bool by_clusters(const DataOptions& options) { return options.by_cluster || options.clusters.has_value(); }

// Classes as numpy.unique orders them: by value where all are numbers, else by their bytes.
struct Classes {
  std::vector<std::int64_t> of_row;
  std::vector<std::string> names;
  std::vector<std::int64_t> sizes;
};

template <class Key>
Classes numbered(const std::vector<std::string>& cells, const std::vector<Key>& keys) {
  std::map<Key, std::int64_t> places;
  for (const Key& key : keys) places.emplace(key, 0);
  std::int64_t next = 0;
  for (auto& [key, place] : places) place = next++;
  Classes out{{}, std::vector<std::string>(places.size()), std::vector<std::int64_t>(places.size())};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::int64_t place = places[keys[i]];
    out.of_row.push_back(place);
    out.names[static_cast<std::size_t>(place)] = cells[i];
    ++out.sizes[static_cast<std::size_t>(place)];
  }
  return out;
}

Classes classes_of(const std::vector<std::string>& cells) {
  std::vector<double> numbers;
  for (const std::string& cell : cells)
    if (const auto number = io::parse_number(cell)) numbers.push_back(*number);
  return numbers.size() == cells.size() ? numbered(cells, numbers) : numbered(cells, cells);
}

void check_classes(const Classes& classes, const std::string& column) {
  std::vector<std::string> lonely;
  for (std::size_t c = 0; c < classes.names.size(); ++c)
    if (classes.sizes[c] == 1) lonely.push_back(fmt::format("'{}'", classes.names[c]));
  if (!lonely.empty())
    throw Error(
        ErrorKind::bad_input,
        {fmt::format("{} of column '{}' {} one row alone, which cannot be on both sides: {}",
                     counted(lonely.size(), "class", "classes"), column, lonely.size() == 1 ? "has" : "have",
                     listed(lonely, 10)),
         "--stratify", "leave these rows out (groel data filter --count-column … --min-count 2), or split without it"});
}

// Classes that cannot be in every fold.
void tell_small_classes(const Classes& classes, const DataOptions& options, Sink& sink) {
  std::vector<std::string> small;
  for (std::size_t c = 0; c < classes.names.size(); ++c)
    if (classes.sizes[c] < options.folds)
      small.push_back(fmt::format("'{}' ({})", classes.names[c], counted(classes.sizes[c], "row")));
  if (!small.empty())
    sink.warning(fmt::format("{} of column '{}' {} fewer rows than there are folds, and {} not in every test part: {}",
                             counted(small.size(), "class", "classes"), options.stratify,
                             small.size() == 1 ? "has" : "have", small.size() == 1 ? "is" : "are", listed(small, 10)));
}

// 0.1 + 0.2 is 0.3 here: a sum of two sizes must not be rounded up by its last bit.
double rounded(double value) { return value < 1 ? std::round(value * 1e12) / 1e12 : value; }

Rows picked(const Rows& from, const Rows& places) {
  Rows out;
  for (const std::int64_t place : places) out.push_back(from[static_cast<std::size_t>(place)]);
  return out;
}

// train and test, or with a validation set a second split of what the first holds out.
std::vector<Part> drawn(std::int64_t count, const DataOptions& options, const std::vector<std::int64_t>& strata) {
  const auto seed = static_cast<std::uint32_t>(options.random_state);
  const double held_out = rounded(options.test_size.value + options.val_size.value_or(0));
  if (options.val_size && (!(*options.val_size > 0) || (*options.val_size < 1) != (options.test_size.value < 1)))
    throw Error(ErrorKind::usage, {"both sizes are above 0, and both parts or both numbers of rows", "--val-size", {}});
  const statistics::IndexSplit first = statistics::train_test_split(count, {held_out, seed}, strata);
  if (!options.val_size) return {{"train", first.train}, {"test", first.test}};
  const Rows inner = strata.empty() ? Rows() : picked(strata, first.test);
  // As a number of rows: a quotient of two parts could be rounded up by its last bit.
  const double part = options.test_size.value < 1 ? std::ceil(options.test_size.value * static_cast<double>(count))
                                                  : options.test_size.value;
  const auto second = statistics::train_test_split(static_cast<std::int64_t>(first.test.size()), {part, seed}, inner);
  return {{"train", first.train}, {"val", picked(first.test, second.train)}, {"test", picked(first.test, second.test)}};
}

bool holds(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string file_name_of(const std::string& value) {
  std::string out = value.empty() ? "empty" : value;
  for (char& c : out)
    if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20) c = '_';
  return out.starts_with('.') ? "_" + out : out;
}

// A value that no row has would be passed over in silence.
void check_values(const std::vector<std::string>& values, const std::vector<std::string>& cells,
                  const std::string& column, const std::string& option) {
  std::map<std::string, std::int64_t> there;
  for (const std::string& cell : cells) ++there[cell];
  std::vector<std::string> list;
  for (const auto& [cell, rows] : there) list.push_back(fmt::format("'{}' ({})", cell, rows));
  for (const std::string& value : values)
    if (!there.contains(value))
      throw Error(ErrorKind::bad_input,
                  {fmt::format("no row has '{}': column '{}' has {}", value, column, listed(list, 20)), option, {}});
}

// train, val and test by the values named, or else a part for each value.
std::vector<Part> by_values(const std::vector<std::string>& cells, const DataOptions& options) {
  for (const auto& [values, option] :
       {std::pair{&options.test_values, "--test-values"}, {&options.val_values, "--val-values"}})
    if (!values->empty()) check_values(*values, cells, options.by_column, option);
  std::vector<Part> out;
  if (!options.test_values.empty() || !options.val_values.empty()) {
    out.push_back({"train", {}});
    if (!options.val_values.empty()) out.push_back({"val", {}});
    if (!options.test_values.empty()) out.push_back({"test", {}});
  }
  const bool named = !out.empty();
  for (std::size_t row = 0; row < cells.size(); ++row) {
    const std::string& cell = cells[row];
    const std::string name = holds(options.test_values, cell)  ? "test"
                             : holds(options.val_values, cell) ? "val"
                                                               : "train";
    auto found = std::find_if(out.begin(), out.end(),
                              [&](const Part& part) { return named ? part.name == name : part.source == cell; });
    if (found == out.end()) found = out.insert(out.end(), {file_name_of(cell), {}, cell});
    found->rows.push_back(static_cast<std::int64_t>(row));
  }
  return out;
}

// The rows that a file lists, by number from 0 or by id.
Part listed_rows(const std::string& path, const std::unordered_map<std::string, std::int64_t>& places) {
  Part out{file_name_of(fs::path(path).stem().stem().string()), {}, path};
  const std::string text = read_bytes_of(path);
  std::vector<std::string> unknown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n\t ,;", at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (const auto found = places.find(word); found != places.end())
      out.rows.push_back(found->second);
    else
      unknown.push_back(word);
  }
  if (!unknown.empty())
    throw Error(ErrorKind::bad_input, {fmt::format("{} that no row of the table has: {}",
                                                   counted(unknown.size(), "entry", "entries"), listed(unknown, 10)),
                                       path, "row numbers count from 0; ids need --id-column"});
  return out;
}

std::vector<Part> by_files(const RawTable& table, const SplitColumns& columns, const DataOptions& options) {
  std::unordered_map<std::string, std::int64_t> places;
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    places.emplace(columns.ids ? table.cells[*columns.ids][row] : std::to_string(row), static_cast<std::int64_t>(row));
  std::vector<Part> out;
  for (const std::string& path : options.index_files) out.push_back(listed_rows(path, places));
  return out;
}

// Sequences (or whole rows, where there is no column of them) that are in two parts.
void tell_shared(const RawTable& table, const SplitColumns& columns, const std::vector<Part>& parts, Sink& sink,
                 nlohmann::ordered_json& said) {
  std::unordered_map<std::uint64_t, std::size_t> first;
  std::int64_t shared = 0;
  for (std::size_t p = 0; p < parts.size(); ++p)
    for (const std::int64_t row : parts[p].rows) {
      const auto at = static_cast<std::size_t>(row);
      const bool empty = columns.sequences ? table.cells[*columns.sequences][at].empty() : table.rows[at].empty();
      if (empty) continue;
      const std::uint64_t key = columns.sequences ? train::text_key(table.cells[*columns.sequences][at])
                                                  : std::hash<std::string_view>()(table.rows[at]);
      const auto [known, is_new] = first.emplace(key, p);
      if (!is_new && known->second != p) ++shared;
    }
  const char* const what = columns.sequences ? "sequence" : "text";
  said["rows_shared_by_parts"] = shared;
  if (shared > 0)
    sink.warning(
        fmt::format("{} the same {} as a row of another part: scores on them say little about new proteins "
                    "(groel data dedupe leaves them out)",
                    shared == 1 ? "1 row has" : fmt::format("{} rows have", shared), what));
}

SplitColumns find_columns(const io::Columns& columns, const DataOptions& options, std::vector<std::size_t>& wanted) {
  SplitColumns out;
  const auto add = [&](std::size_t column) {
    wanted.push_back(column);
    return wanted.size() - 1;
  };
  if (!options.stratify.empty()) out.classes = add(columns.named(options.stratify, "--stratify"));
  if (!options.by_column.empty()) out.classes = add(columns.named(options.by_column, "--by-column"));
  if (!options.id_column.empty()) out.ids = add(columns.named(options.id_column, "--id-column"));
  if (options.clusters && !out.ids) {
    const auto entry = columns.find("EntryID");
    out.ids = add(entry ? *entry : columns.require({}, io::ColumnRole::id, "--id-column"));
  }
  if (!options.sequence_column.empty())
    out.sequences = add(columns.named(options.sequence_column, "--sequence-column"));
  else if (const auto usual = columns.usual(io::ColumnRole::sequence))
    out.sequences = add(*usual);
  if (options.by_cluster && !out.sequences)
    out.sequences = add(columns.require({}, io::ColumnRole::sequence, "--sequence-column"));
  return out;
}

std::vector<std::int64_t> strata_of(const RawTable& table, const SplitColumns& columns, const DataOptions& options,
                                    Sink& sink) {
  if (!columns.classes) return {};
  const std::vector<std::string>& cells = table.cells[*columns.classes];
  const auto missing = std::count_if(cells.begin(), cells.end(),
                                     [](const std::string& cell) { return io::is_missing(cell, io::ValueKind::name); });
  if (missing > 0)
    sink.warning(fmt::format("column '{}': {} without a value count as a class of their own", options.stratify,
                             counted(missing, "row")));
  const Classes classes = classes_of(cells);
  options.folds == 0 ? check_classes(classes, options.stratify) : tell_small_classes(classes, options, sink);
  return classes.of_row;
}

Clusters clusters_of(const RawTable& table, const SplitColumns& columns, const DataOptions& options, Sink& sink) {
  const Clusters out =
      options.clusters ? clusters_by_file(*options.clusters, table.cells[*columns.ids], sink)
                       : clusters_by_identity(table.cells[*columns.sequences], options.identity.value_or(0.3), sink);
  sink.note(fmt::format("{} are in {}", counted(table.rows.size(), "row"),
                        counted(*std::max_element(out.begin(), out.end()) + 1, "cluster")));
  return out;
}

// Test rows of each fold.
std::vector<Rows> folds_of(const RawTable& table, const SplitColumns& columns, const DataOptions& options, Sink& sink) {
  if (by_clusters(options)) return cluster_folds(clusters_of(table, columns, options, sink), options.folds);
  const auto seed = options.shuffle ? std::optional(static_cast<std::uint32_t>(options.random_state)) : std::nullopt;
  const std::vector<std::int64_t> strata = strata_of(table, columns, options, sink);
  if (strata.empty()) return statistics::k_folds(static_cast<std::int64_t>(table.rows.size()), options.folds, seed);
  return statistics::stratified_k_folds(strata, options.folds, seed);
}

// Each fold's test rows, and all others to train on, in the order of the table.
std::vector<Part> fold_parts(const std::vector<Rows>& folds, std::size_t rows) {
  std::vector<Part> out;
  for (std::size_t fold = 0; fold < folds.size(); ++fold) {
    std::vector<bool> held(rows);
    for (const std::int64_t row : folds[fold]) held[static_cast<std::size_t>(row)] = true;
    Rows train;
    for (std::size_t row = 0; row < rows; ++row)
      if (!held[row]) train.push_back(static_cast<std::int64_t>(row));
    out.push_back({fmt::format("fold{}/train", fold + 1), std::move(train)});
    out.push_back({fmt::format("fold{}/test", fold + 1), folds[fold]});
  }
  return out;
}

std::vector<Part> parts_of(const RawTable& table, const SplitColumns& columns, const DataOptions& options, Sink& sink) {
  if (options.folds != 0) return fold_parts(folds_of(table, columns, options, sink), table.rows.size());
  if (!options.index_files.empty()) return by_files(table, columns, options);
  if (!options.by_column.empty()) return by_values(table.cells[*columns.classes], options);
  if (by_clusters(options)) {
    ClusterParts parts = split_clusters(
        clusters_of(table, columns, options, sink),
        {options.test_size.value, options.val_size.value_or(0), static_cast<std::uint32_t>(options.random_state)});
    std::vector<Part> out{{"train", std::move(parts.train)}};
    if (options.val_size) out.push_back({"val", std::move(parts.val)});
    out.push_back({"test", std::move(parts.test)});
    return out;
  }
  return drawn(static_cast<std::int64_t>(table.rows.size()), options, strata_of(table, columns, options, sink));
}

// Of folds the test parts alone: together they are all rows.
std::vector<Part> test_parts(const std::vector<Part>& parts) {
  std::vector<Part> out;
  for (std::size_t i = 1; i < parts.size(); i += 2) out.push_back(parts[i]);
  return out;
}

void check_folds(const DataOptions& options) {
  if (options.folds != 0 && (!options.by_column.empty() || !options.index_files.empty() || options.val_size))
    throw Error(ErrorKind::usage, {"folds are drawn, not listed, and have no validation set", "--folds", {}});
  if (options.folds == 0 && options.shuffle)
    throw Error(ErrorKind::usage, {"a split is always shuffled", "--shuffle", "it goes with --folds"});
  if (options.folds == 1 || options.folds < 0)
    throw Error(ErrorKind::usage, {"there are two folds at least", "--folds", {}});
}

void check_ways(const DataOptions& options) {
  const int ways = (options.stratify.empty() ? 0 : 1) + (options.by_column.empty() ? 0 : 1) +
                   (options.index_files.empty() ? 0 : 1) + (by_clusters(options) ? 1 : 0);
  if (ways > 1 || (options.by_cluster && options.clusters))
    throw Error(ErrorKind::usage,
                {"a table is split one way", {}, "--stratify, --by-column, --by-cluster, --clusters or --index-files"});
  check_folds(options);
  if (!options.output)
    throw Error(ErrorKind::usage, {"PATH is missing", "--output", "the folder that the parts are written to"});
  if (options.by_column.empty() && !(options.test_values.empty() && options.val_values.empty()))
    throw Error(ErrorKind::usage, {"they are values of a column", "--test-values", "name it with --by-column"});
  if (options.random_state < 0 || options.random_state > 0xFFFFFFFFLL)
    throw Error(ErrorKind::usage, {"a seed is a whole number from 0 to 4294967295", "--random-state", {}});
}

void write_parts(const RawTable& table, const std::vector<Part>& parts, const DataOptions& options,
                 nlohmann::ordered_json& said) {
  std::map<std::string, std::string> sources;  // of parts by name: those of one name would be one file
  for (const Part& part : parts) {
    if (part.rows.empty())
      throw Error(ErrorKind::bad_input, {fmt::format("no row is left for {}", part.name), table.source,
                                         "look at the values or sizes asked for"});
    if (const auto [known, is_new] = sources.emplace(part.name, part.source); !is_new)
      throw Error(ErrorKind::bad_input, {fmt::format("'{}' and '{}' would be one file, '{}'", known->second,
                                                     part.source, part.name + table.extension()),
                                         table.source, "give one of them another name"});
  }
  fs::create_directories(*options.output);
  JointCommit together;
  for (const Part& part : parts) {
    const fs::path path = fs::path(*options.output) / (part.name + table.extension());
    fs::create_directories(path.parent_path());
    if (fs::exists(path) && !options.overwrite)
      throw Error(ErrorKind::usage,
                  {"the output exists already", path.string(), "choose another folder, or add --overwrite"});
    write_text(path, text_of(table, part.rows));
    said["files"].push_back({{"file", path.string()}, {"rows", part.rows.size()}});
  }
  together.publish();
}

}  // namespace

void split_data(const DataOptions& options, Context& context) {
  check_ways(options);
  SplitColumns columns;
  const RawTable table = read_raw_table(
      options.files(1, 1)[0],
      [&](const io::Columns& all) {
        std::vector<std::size_t> wanted;
        columns = find_columns(all, options, wanted);
        return wanted;
      },
      context.sink);
  const std::vector<Part> parts = parts_of(table, columns, options, context.sink);
  nlohmann::ordered_json said{{"rows", table.rows.size()}, {"files", nlohmann::ordered_json::array()}};
  std::size_t placed = 0;
  for (const Part& part : parts) placed += part.rows.size();
  if (options.folds == 0 && placed != table.rows.size())
    context.sink.warning(fmt::format("of {} rows of the table {} are written", table.rows.size(), placed));
  if (options.folds == 0)
    tell_shared(table, columns, parts, context.sink, said);
  else
    tell_shared(table, columns, test_parts(parts), context.sink, said);
  write_parts(table, parts, options, said);
  if (options.json)
    context.out << said.dump(2) << '\n';
  else
    for (const auto& file : said["files"])
      context.out << fmt::format("{}  {}\n", file["file"].get<std::string>(),
                                 counted(file["rows"].get<std::int64_t>(), "row"));
}

}  // namespace groel::tasks
