// Reads several labels per row: a column of each, or one whose cells list them.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/words.h"
#include "io/characters.h"
#include "io/missing.h"
#include "tasks/evaluate/class_names.h"
#include "tasks/evaluate/predictions_columns.h"

namespace groel::tasks {
namespace {

using LabelLists = std::vector<std::vector<std::string>>;

// What separates the labels of a cell: the first of these that any cell holds.
char separator_of(const std::vector<std::string>& cells) {
  for (const char separator : {';', '|', ',', '\t'})
    for (const std::string& cell : cells)
      if (cell.find(separator) != std::string::npos) return separator;
  return ';';
}

LabelLists label_lists(const std::vector<std::string>& cells) {
  const char separator = separator_of(cells);
  LabelLists out;
  for (const std::string& cell : cells) {
    out.emplace_back();
    for (std::size_t at = 0; at <= cell.size();) {
      const std::size_t end = std::min(cell.find(separator, at), cell.size());
      const std::string name = class_name(cell.substr(at, end - at));
      if (!io::is_missing(name, io::ValueKind::name)) out.back().push_back(name);
      at = end + 1;
    }
  }
  return out;
}

std::string problem_of(const PredictionTable& table, std::size_t column, std::size_t row) {
  return fmt::format("'{}' of column '{}' says neither yes (1) nor no (0)", table.table.rows[row].fields[column],
                     table.name(column));
}

// Yes/no columns: [n, C].
std::vector<std::int64_t> read_matrix(const PredictionTable& table, const std::vector<std::size_t>& columns) {
  std::vector<std::int64_t> out;
  for (std::size_t row = 0; row < table.table.rows.size(); ++row)
    for (const std::size_t column : columns) {
      const std::string& cell = table.table.rows[row].fields[column];
      const auto answer = io::is_missing(cell, io::ValueKind::quantity) ? std::optional(false) : yes_or_no(cell);
      if (!answer) throw Error(ErrorKind::bad_input, {problem_of(table, column, row), table.table.where(row), {}});
      out.push_back(*answer ? 1 : 0);
    }
  return out;
}

std::vector<std::int64_t> matrix_of(const LabelLists& lists, const std::vector<std::string>& labels,
                                    const PredictionTable& table) {
  std::map<std::string, std::size_t> known;
  for (std::size_t c = 0; c < labels.size(); ++c) known.emplace(labels[c], c);
  std::vector<std::int64_t> out(lists.size() * labels.size());
  for (std::size_t row = 0; row < lists.size(); ++row)
    for (const std::string& name : lists[row]) {
      const auto exact = known.find(name);
      const auto place = exact != known.end() ? std::optional(exact->second) : place_of(name, labels);
      if (!place)
        throw Error(
            ErrorKind::bad_input,
            {fmt::format("no column of scores belongs to the label '{}'; they belong to {}", name, io::listed(labels)),
             table.table.where(row),
             {}});
      out[row * labels.size() + *place] = 1;
    }
  return out;
}

std::vector<std::string> distinct(const LabelLists& a, const LabelLists& b) {
  std::vector<std::string> all;
  for (const LabelLists* lists : {&a, &b})
    for (const std::vector<std::string>& names : *lists) all.insert(all.end(), names.begin(), names.end());
  return ordered_classes(std::move(all));
}

std::vector<std::string> names_of(const PredictionTable& table, const std::vector<std::size_t>& columns) {
  std::vector<std::string> out;
  for (const std::size_t column : columns) out.push_back(table.name(column));
  return out;
}

// The column of each label by name: the one at its own place, else the only one. Empty where a label has none.
template <class IsOf>
std::vector<std::size_t> columns_by_name(const PredictionTable& table, const std::vector<std::size_t>& columns,
                                         const std::vector<std::string>& labels, const IsOf& is_of) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto is_its = [&](std::size_t column) { return is_of(table.name(column), labels[i]); };
    const auto first = std::find_if(columns.begin(), columns.end(), is_its);
    if (is_its(columns[i]))
      out.push_back(columns[i]);
    else if (std::count_if(columns.begin(), columns.end(), is_its) == 1)
      out.push_back(*first);
  }
  std::vector<std::size_t> sorted = out;
  std::sort(sorted.begin(), sorted.end());
  const bool all = out.size() == labels.size() && std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
  return all ? out : std::vector<std::size_t>();
}

// Columns in the order of the labels: by name where each label has one, as they were named where none has.
std::vector<std::size_t> in_order(const PredictionTable& table, const std::vector<std::size_t>& columns,
                                  const std::vector<std::string>& labels, const std::string& option, Sink& sink) {
  if (columns.size() != labels.size())
    throw Error(ErrorKind::usage,
                {fmt::format("{} for {}", counted(columns.size(), "column"), counted(labels.size(), "label")), option,
                 "name one of each label"});
  for (const auto is_of : {is_column_of, are_of_one_class})
    if (const auto found = columns_by_name(table, columns, labels, is_of); !found.empty()) return found;
  const std::vector<std::string> names = names_of(table, columns);
  for (const std::string& name : names)
    for (const std::string& label : labels)
      if (are_of_one_class(name, label))
        throw Error(ErrorKind::bad_input,
                    {fmt::format("column '{}' is called after the label '{}', but the labels {} do not each have one "
                                 "column among {}",
                                 name, label, io::listed(labels), io::listed(names)),
                     option, "name the column of each label"});
  sink.note(fmt::format("the columns {} are of the labels {}, in this order: none is called after one",
                        io::listed(names), io::listed(labels)));
  return columns;
}

// A label list column's labels are those of the columns of scores where it has them: "prob_A" is of A.
std::vector<std::string> labels_of_scores(const PredictionTable& table, const std::vector<std::string>& listed,
                                          Sink& sink) {
  std::vector<std::string> columns = table.score_names();
  std::vector<std::string> classes = listed;
  const auto places = classes_of_columns(columns, classes, table.table.columns.where, sink);
  std::vector<std::string> out;
  for (const std::size_t place : places) out.push_back(classes[place]);
  return out;
}

void read_lists(PredictionTable& table, TablePredictions& out, Sink& sink) {
  const LabelLists truth = label_lists(table.texts(table.truth[0]));
  const LabelLists predicted = table.labels.empty() ? LabelLists() : label_lists(table.texts(table.labels[0]));
  out.classes = distinct(truth, predicted);
  if (!table.scores.empty())
    out.classes = labels_of_scores(table, out.classes, sink);
  else if (out.classes.empty())
    throw Error(ErrorKind::bad_input, {"no row has a label", table.table.source, {}});
  out.truth = matrix_of(truth, out.classes, table);
  if (!predicted.empty()) out.predicted = matrix_of(predicted, out.classes, table);
}

void read_columns(const PredictionTable& table, TablePredictions& out, Sink& sink) {
  out.classes = names_of(table, table.truth);
  out.truth = read_matrix(table, table.truth);
  if (!table.labels.empty())
    out.predicted = read_matrix(table, in_order(table, table.labels, out.classes, "--label-column", sink));
}

// Rows with a score that is missing.
void drop_incomplete(PredictionTable& table, TablePredictions& out, Sink& sink) {
  if (table.scores.empty()) return;
  out.scores = read_score_columns(table, sink);
  std::vector<bool> dropped(table.table.rows.size());
  for (std::size_t i = 0; i < out.scores.size(); ++i)
    if (std::isnan(out.scores[i])) dropped[i / table.scores.size()] = true;
  out.left_out = static_cast<std::size_t>(std::count(dropped.begin(), dropped.end(), true));
  if (out.left_out == 0) return;
  table.erase(dropped);
  std::size_t to = 0;
  for (std::size_t i = 0; i < out.scores.size(); ++i)
    if (!dropped[i / table.scores.size()]) out.scores[to++] = out.scores[i];
  out.scores.resize(to);
}

}  // namespace

void read_several_labels(const PredictionTable& given, const PredictionOptions& options, TablePredictions& out,
                         Sink& sink) {
  PredictionTable table = given;
  if (table.labels.empty() && table.scores.empty())
    throw Error(ErrorKind::usage, {"name the columns of the predictions", {}, "`label_column` or `score_columns`"});
  const bool lists = table.truth.size() == 1 && table.scores.size() != 1;
  if (!lists) {  // scores in the order of the labels
    const std::vector<std::size_t> columns = table.scores;
    if (!columns.empty())
      table.scores = in_order(table, columns, names_of(table, table.truth), "--score-columns", sink);
  }
  drop_incomplete(table, out, sink);
  out.rows = table.table.rows.size();
  if (lists)
    read_lists(table, out, sink);
  else
    read_columns(table, out, sink);
  out.probabilities = out.scores;
  if (!are_logits(out.scores, options.score_kind)) return;
  sink.note("the scores are read as logits: probabilities are their sigmoid (--score-kind says otherwise)");
  for (double& p : out.probabilities) p = 1 / (1 + std::exp(-p));
}

}  // namespace groel::tasks
