// groel data describe: what a table holds.
#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "io/missing.h"
#include "io/numbers.h"
#include "statistics/bootstrap.h"
#include "tasks/data/describe_pictures.h"
#include "tasks/data/raw_table.h"
#include "tasks/data/row_text.h"
#include "tasks/data/verbs.h"
#include "tasks/evaluate/class_names.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

ordered_json spread_of(std::vector<double> values) {
  if (values.empty()) return nullptr;
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += value;
  return {{"least", values.front()},
          {"quarter", statistics::quantile(values, 0.25)},
          {"median", statistics::quantile(values, 0.5)},
          {"three_quarters", statistics::quantile(values, 0.75)},
          {"most", values.back()},
          {"mean", sum / static_cast<double>(values.size())}};
}

ordered_json column_json(const std::string& name, const std::vector<std::string>& cells, char delimiter) {
  std::unordered_set<std::string_view> distinct;
  std::int64_t missing = 0;
  for (const std::string& cell : cells) {
    if (io::is_missing(cell, io::ValueKind::name))
      ++missing;
    else
      distinct.insert(cell);
  }
  ordered_json out{{"column", name}, {"missing", missing}, {"distinct", distinct.size()}};
  const io::Numbers numbers = io::read_numbers(cells, delimiter);
  if (numbers.unreadable > 0 || distinct.empty()) return out;
  std::vector<double> values;
  for (const double value : numbers.values)
    if (!std::isnan(value)) values.push_back(value);
  out["numbers"] = spread_of(std::move(values));
  if (numbers.decimal_commas) out["decimal_commas"] = true;
  return out;
}

// Rows of each class, the most common first.
ordered_json classes_json(const std::vector<std::string>& cells) {
  std::map<std::string, std::int64_t> counts;
  for (const std::string& cell : cells) ++counts[cell];
  std::vector<std::pair<std::string, std::int64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  ordered_json out = ordered_json::array();
  for (const auto& [name, count] : sorted)
    out.push_back(
        {{"class", name}, {"rows", count}, {"part", static_cast<double>(count) / static_cast<double>(cells.size())}});
  return out;
}

// How many rows have each whole number, in rising order.
ordered_json histogram_of(const std::vector<double>& counts) {
  std::map<std::int64_t, std::int64_t> rows;
  for (const double count : counts) ++rows[static_cast<std::int64_t>(count)];
  ordered_json out = ordered_json::object();
  for (const auto& [count, of] : rows) out[std::to_string(count)] = of;
  return out;
}

// Labels of each row: in one column, where cells list several with ';' between.
std::vector<double> labels_in(const std::vector<std::string>& cells) {
  std::vector<double> counts;
  for (const std::string& cell : cells)
    counts.push_back(io::is_missing(cell, io::ValueKind::name)
                         ? 0
                         : 1 + static_cast<double>(std::count(cell.begin(), cell.end(), ';')));
  return counts;
}

void tell_odd(const std::string& column, std::int64_t missing, std::int64_t unreadable, const std::string& first,
              Sink& sink) {
  const auto say = [&](std::int64_t count, const std::string& what) {
    if (count > 0) sink.warning(fmt::format("column '{}': {} {}", column, counted(count, "cell"), what));
  };
  say(missing, fmt::format("{} missing, and {} as no", missing == 1 ? "is" : "are", missing == 1 ? "counts" : "count"));
  say(unreadable, fmt::format("{} neither yes (1) nor no (0), and {} as no; the first is '{}'",
                              unreadable == 1 ? "says" : "say", unreadable == 1 ? "counts" : "count", first));
}

// Several columns of 0 and 1, or yes and no: a label each.
void describe_labels(const RawTable& table, const std::vector<std::string>& names, ordered_json& out, Sink& sink) {
  std::vector<double> counts(table.rows.size());
  out["classes"] = ordered_json::array();
  for (const std::string& name : names) {
    std::int64_t rows = 0, missing = 0, unreadable = 0;
    std::string first;
    const std::vector<std::string>& cells = table.cells[table.columns.named(name, "--label-column")];
    for (std::size_t row = 0; row < cells.size(); ++row) {
      const bool is_missing = io::is_missing(cells[row], io::ValueKind::quantity);
      const auto answer = yes_or_no(cells[row]);
      if (is_missing) ++missing;
      if (!is_missing && !answer && unreadable++ == 0) first = cells[row];
      if (is_missing || !answer.value_or(false)) continue;
      ++rows;
      counts[row] += 1;
    }
    out["classes"].push_back({{"class", name},
                              {"rows", rows},
                              {"part", static_cast<double>(rows) / static_cast<double>(cells.size())},
                              {"missing", missing},
                              {"unreadable", unreadable}});
    tell_odd(name, missing, unreadable, first, sink);
  }
  out["labels_per_row"] = spread_of(counts);
  out["labels_per_row_histogram"] = histogram_of(counts);
}

void describe_classes(const RawTable& table, const DataOptions& options, ordered_json& out, Sink& sink) {
  const std::vector<std::string> names = options.label_columns();
  if (names.size() > 1) return describe_labels(table, names, out, sink);
  const std::vector<std::string>& cells = table.cells[table.columns.named(options.label_column, "--label-column")];
  const std::vector<double> counts = labels_in(cells);
  out["labels_per_row"] = spread_of(counts);
  if (*std::max_element(counts.begin(), counts.end()) > 1) out["labels_per_row_histogram"] = histogram_of(counts);
  out["classes"] = classes_json(cells);
}

ordered_json lengths_json(const std::vector<std::string>& sequences) {
  std::vector<double> lengths;
  std::map<std::int64_t, std::int64_t> bins;
  std::unordered_set<std::string_view> distinct;
  for (const std::string& sequence : sequences) {
    if (sequence.empty()) continue;
    lengths.push_back(static_cast<double>(sequence.size()));
    ++bins[static_cast<std::int64_t>(sequence.size()) / 100 * 100];
    distinct.insert(sequence);
  }
  ordered_json histogram = ordered_json::array();
  for (const auto& [from, count] : bins) histogram.push_back({{"from", from}, {"to", from + 99}, {"rows", count}});
  return {{"residues", spread_of(lengths)},
          {"repeated", lengths.size() - distinct.size()},
          {"without", sequences.size() - lengths.size()},
          {"histogram", std::move(histogram)}};
}

ordered_json per_id_json(const std::vector<std::string>& ids) {
  std::unordered_map<std::string_view, std::int64_t> counts;
  for (const std::string& id : ids) ++counts[id];
  std::vector<double> values;
  for (const auto& [id, count] : counts) values.push_back(static_cast<double>(count));
  return {{"ids", counts.size()}, {"rows_per_id", spread_of(values)}, {"histogram", histogram_of(values)}};
}

std::string spread_text(const ordered_json& spread) {
  if (spread.is_null()) return "-";
  const auto number = [&](const char* name) { return fmt::format("{:.6g}", spread[name].get<double>()); };
  return fmt::format("{} to {}, median {} (quarters {}, {}), mean {}", number("least"), number("most"),
                     number("median"), number("quarter"), number("three_quarters"), number("mean"));
}

void print_description(const ordered_json& all, std::ostream& out) {
  out << fmt::format("{}\n\n", counted(all["rows"].get<std::int64_t>(), "row"));
  for (const ordered_json& column : all["columns"])
    out << fmt::format("{:<24} {:>8} missing {:>8} distinct{}\n", column["column"].get<std::string>(),
                       column["missing"].dump(), column["distinct"].dump(),
                       column.contains("numbers") ? "  " + spread_text(column["numbers"]) : "");
  if (all.contains("ids"))
    out << fmt::format("\nids: {}; rows per id: {}\n", all["ids"]["ids"].dump(),
                       spread_text(all["ids"]["rows_per_id"]));
  if (all.contains("sequences")) {
    const ordered_json& sequences = all["sequences"];
    out << fmt::format("\nresidues: {}; repeated sequences: {}; rows without one: {}\n",
                       spread_text(sequences["residues"]), sequences["repeated"].dump(), sequences["without"].dump());
    for (const ordered_json& bin : sequences["histogram"])
      out << fmt::format("{:>6} to {:<6} {:>8}\n", bin["from"].dump(), bin["to"].dump(), bin["rows"].dump());
  }
  if (!all.contains("classes")) return;
  out << fmt::format("\nlabels per row: {}\n", spread_text(all["labels_per_row"]));
  constexpr std::size_t kShown = 100;
  const ordered_json& classes = all["classes"];
  for (std::size_t c = 0; c < std::min(kShown, classes.size()); ++c)
    out << fmt::format("{:<24} {:>8}  {:.3f}\n", classes[c]["class"].get<std::string>(), classes[c]["rows"].dump(),
                       classes[c]["part"].get<double>());
  if (classes.size() > kShown) out << fmt::format("and {} more: --json has all\n", classes.size() - kShown);
}

}  // namespace

void describe_data(const DataOptions& options, Context& context) {
  check_describe_pictures(options);
  const RawTable table = read_raw_table(options.files(1, 1)[0], all_columns, context.sink);
  ordered_json out{{"rows", table.rows.size()}, {"columns", ordered_json::array()}};
  for (std::size_t c = 0; c < table.cells.size(); ++c)
    out["columns"].push_back(column_json(table.columns.names[c], table.cells[c], table.delimiter));
  const auto entry = table.columns.find("EntryID");
  const auto ids = !options.id_column.empty() ? std::optional(table.columns.named(options.id_column, "--id-column"))
                   : entry                    ? entry
                                              : table.columns.usual(io::ColumnRole::id);
  if (ids) out["ids"] = per_id_json(table.cells[*ids]);
  if (const auto sequences = sequence_column_of(table.columns, options.sequence_column))
    out["sequences"] = lengths_json(table.cells[*sequences]);
  if (!options.label_column.empty()) describe_classes(table, options, out, context.sink);
  if (options.picture) draw_description(out, options, context.sink);
  if (options.json)
    context.out << out.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else
    print_description(out, context.out);
}

}  // namespace groel::tasks
