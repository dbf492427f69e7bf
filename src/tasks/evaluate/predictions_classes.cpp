// Reads one class per row: of two, or of several.
#include <algorithm>
#include <cmath>

#include "base/words.h"
#include "io/missing.h"
#include "tasks/evaluate/class_names.h"
#include "tasks/evaluate/predictions_columns.h"

namespace groel::tasks {
namespace {

std::vector<std::string> class_names(const std::vector<std::string>& cells) {
  std::vector<std::string> out;
  for (const std::string& cell : cells)
    out.push_back(io::is_missing(cell, io::ValueKind::name) ? std::string() : class_name(cell));
  return out;
}

// Truths and predictions of which one side says yes and no in other words than the other: 1 and 0 for all.
void unite_yes_and_no(std::vector<std::string>& truth, std::vector<std::string>& predicted) {
  std::vector<std::string> all = truth;
  all.insert(all.end(), predicted.begin(), predicted.end());
  const auto is_answer = [](const std::string& name) { return name.empty() || yes_or_no(name).has_value(); };
  if (!std::all_of(all.begin(), all.end(), is_answer) || ordered_classes(all).size() <= 2) return;
  for (std::vector<std::string>* side : {&truth, &predicted})
    for (std::string& name : *side)
      if (!name.empty()) name = *yes_or_no(name) ? "1" : "0";
}

// TablePredictions in the spelling of the truth.
void respell(const std::vector<std::string>& truth, std::vector<std::string>& predicted) {
  const std::vector<std::string> known = ordered_classes(truth);
  for (std::string& name : predicted)
    if (const auto place = place_of(name, known)) name = known[*place];
}

std::vector<std::int64_t> places(const std::vector<std::string>& names, const std::vector<std::string>& classes) {
  std::vector<std::int64_t> out;
  for (const std::string& name : names)
    out.push_back(std::find(classes.begin(), classes.end(), name) - classes.begin());
  return out;
}

void check_columns(const PredictionTable& table) {
  if (table.truth.size() != 1 || table.labels.size() > 1)
    throw Error(ErrorKind::usage,
                {"one class per row has one column", "--truth-column", "several labels per row are `kind=multilabel`"});
  if (table.labels.empty() && table.scores.empty())
    throw Error(ErrorKind::usage, {"name the columns of the predictions", {}, "`label_column` or `score_columns`"});
}

// Rows without a truth, a label or a score: marked, and counted.
std::vector<bool> incomplete(const std::vector<std::string>& truth, const std::vector<std::string>& predicted,
                             const std::vector<double>& scores, std::size_t columns) {
  std::vector<bool> out(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    out[i] = truth[i].empty() || (!predicted.empty() && predicted[i].empty());
    for (std::size_t c = 0; c < columns; ++c) out[i] = out[i] || std::isnan(scores[i * columns + c]);
  }
  return out;
}

template <class T>
void drop(std::vector<T>& values, const std::vector<bool>& rows, std::size_t columns) {
  std::size_t to = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!rows[i / columns]) values[to++] = values[i];
  values.resize(to);
}

void to_probabilities(TablePredictions& out, const std::string& kind, Sink& sink) {
  out.probabilities = out.scores;
  if (!are_logits(out.scores, kind)) return;
  sink.note("the scores are read as logits: probabilities are their sigmoid or softmax (--score-kind says otherwise)");
  const std::size_t columns = out.columns();
  if (columns == 1)
    for (double& p : out.probabilities) p = 1 / (1 + std::exp(-p));
  for (std::size_t row = 0; columns > 1 && row < out.probabilities.size(); row += columns) {
    double* const values = out.probabilities.data() + row;
    const double highest = *std::max_element(values, values + columns);
    double sum = 0;
    for (std::size_t c = 0; c < columns; ++c) sum += values[c] = std::exp(values[c] - highest);
    for (std::size_t c = 0; c < columns; ++c) values[c] /= sum;
  }
}

// A class of the two by --positive, by the name of the column of scores, or by usage.
std::size_t positive_of(const PredictionTable& table, const PredictionOptions& options,
                        const std::vector<std::string>& classes) {
  if (options.positive) {
    if (const auto place = place_of(class_name(*options.positive), classes)) return *place;
    throw Error(ErrorKind::bad_input,
                {fmt::format("no row has the class '{}'; the classes are {}", *options.positive, io::listed(classes)),
                 "--positive",
                 {}});
  }
  if (table.scores.size() == 1)
    for (std::size_t c = 0; c < classes.size(); ++c)
      if (is_column_of(table.name(table.scores[0]), classes[c])) return c;
  return usual_positive(classes);
}

// Two classes: those that occur, and the other one of 0 and 1 where one alone does.
void complete_pair(std::vector<std::string>& classes, const PredictionTable& table) {
  const auto only = [&](const char* name) { return classes.size() == 1 && classes[0] == name; };
  if (only("0") || only("1")) classes = {"0", "1"};
  if (classes.size() == 1) classes.push_back("not " + classes[0]);
  if (classes.size() <= 2) return;
  throw Error(ErrorKind::bad_input,
              {fmt::format("there are {} classes, not two: {}", classes.size(), io::listed(classes)),
               table.table.source, "`kind=multiclass` scores them"});
}

void keep_positive_column(TablePredictions& out, const PredictionTable& table, Sink& sink) {
  const std::size_t columns = table.scores.size();
  std::size_t own = 0;
  if (columns > 1) {
    std::vector<std::string> classes = out.classes;
    const auto places = classes_of_columns(table.score_names(), classes, table.table.columns.where, sink);
    own = std::find(places.begin(), places.end(), out.positive) - places.begin();
    if (columns != 2 || own >= columns)
      throw Error(ErrorKind::usage, {fmt::format("{} columns of scores for two classes", columns), "--score-columns",
                                     "name that of the positive class, or one of each"});
  }
  std::vector<double> kept;
  for (std::size_t at = own; at < out.scores.size(); at += columns) kept.push_back(out.scores[at]);
  out.scores = std::move(kept);
  out.score_classes = {out.positive};
}

// The classes of the columns, those without a row in their place among the others.
void set_class_columns(TablePredictions& out, const PredictionTable& table, Sink& sink) {
  std::vector<std::string> classes = out.classes;
  const auto places_before = classes_of_columns(table.score_names(), classes, table.table.columns.where, sink);
  out.classes = ordered_classes(classes);
  for (const std::size_t place : places_before)
    out.score_classes.push_back(std::find(out.classes.begin(), out.classes.end(), classes[place]) -
                                out.classes.begin());
}

}  // namespace

void read_one_class(const PredictionTable& table, const PredictionOptions& options, TablePredictions& out, Sink& sink) {
  check_columns(table);
  std::vector<std::string> truth = class_names(table.texts(table.truth[0]));
  std::vector<std::string> predicted =
      table.labels.empty() ? std::vector<std::string>() : class_names(table.texts(table.labels[0]));
  out.scores = read_score_columns(table, sink);
  const std::vector<bool> dropped = incomplete(truth, predicted, out.scores, table.scores.size());
  out.left_out = static_cast<std::size_t>(std::count(dropped.begin(), dropped.end(), true));
  drop(truth, dropped, 1);
  drop(predicted, dropped, 1);
  if (!table.scores.empty()) drop(out.scores, dropped, table.scores.size());
  out.rows = truth.size();
  if (out.kind == PredictionKind::binary) unite_yes_and_no(truth, predicted);
  respell(truth, predicted);
  std::vector<std::string> all = truth;
  all.insert(all.end(), predicted.begin(), predicted.end());
  out.classes = ordered_classes(std::move(all));
  if (out.rows == 0) return;
  if (out.kind == PredictionKind::binary) {
    complete_pair(out.classes, table);
    out.positive = positive_of(table, options, out.classes);
    if (!table.scores.empty()) keep_positive_column(out, table, sink);
  } else if (!table.scores.empty()) {
    set_class_columns(out, table, sink);
  }
  out.truth = places(truth, out.classes);
  out.predicted = places(predicted, out.classes);
  if (!out.scores.empty()) to_probabilities(out, options.score_kind, sink);
}

}  // namespace groel::tasks
