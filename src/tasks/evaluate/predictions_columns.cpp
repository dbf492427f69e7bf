// Finds columns and reads numbers.
#include "tasks/evaluate/predictions_columns.h"

#include <algorithm>
#include <cmath>

#include "io/numbers.h"
#include "tasks/evaluate/class_names.h"

namespace groel::tasks {
namespace {

std::vector<std::size_t> places(const io::Columns& columns, const std::vector<std::string>& names,
                                const std::string& option) {
  std::vector<std::size_t> out;
  for (const std::string& name : names) out.push_back(columns.named(name, option));
  return out;
}

// The column of each class by name; none where a class that is true or predicted has no column, or two have one.
std::optional<std::vector<std::size_t>> by_name(const std::vector<std::string>& columns,
                                                const std::vector<std::string>& classes) {
  std::vector<std::size_t> out(columns.size(), classes.size());
  for (std::size_t c = 0; c < classes.size(); ++c) {
    std::optional<std::size_t> own = place_of(classes[c], columns);
    for (std::size_t column = 0; !own && column < columns.size(); ++column)
      if (is_column_of(columns[column], classes[c])) own = column;
    if (!own || out[*own] != classes.size()) return std::nullopt;
    out[*own] = c;
  }
  return out;
}

bool any_by_name(const std::vector<std::string>& columns, const std::vector<std::string>& classes) {
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
    return std::any_of(classes.begin(), classes.end(),
                       [&](const std::string& name) { return is_column_of(column, name); });
  });
}

// "0" to "C-1", where the truth is such numbers.
bool are_places(const std::vector<std::string>& classes, std::size_t columns) {
  const auto numbers = whole_numbers(classes);
  return numbers && std::all_of(numbers->begin(), numbers->end(), [&](std::int64_t number) {
           return number >= 0 && number < static_cast<std::int64_t>(columns);
         });
}

}  // namespace

std::vector<std::string> PredictionTable::score_names() const {
  std::vector<std::string> out;
  for (const std::size_t column : scores) out.push_back(name(column));
  return out;
}

void PredictionTable::erase(const std::vector<bool>& rows) {
  std::vector<io::CsvRow> kept;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!rows[i]) kept.push_back(std::move(table.rows[i]));
  table.rows = std::move(kept);
}

PredictionTable read_prediction_table(const std::string& path, const PredictionOptions& options, Sink& sink) {
  std::vector<std::string> names = options.truth_column;
  for (const auto* more : {&options.label_column, &options.score_columns})
    names.insert(names.end(), more->begin(), more->end());
  const bool several = options.kind == "multilabel";  // whose empty cells are "no label"
  const auto blank = several ? io::TableOptions::BlankRows::kept : io::TableOptions::BlankRows::left_out;
  PredictionTable out{.table = io::read_table(
                          path, {.wanted = "a table of predictions", .names = std::move(names), .blank_rows = blank}),
                      .truth = {},
                      .labels = {},
                      .scores = {}};
  for (const std::string& note : out.table.notes) sink.note(note);
  out.truth = places(out.table.columns, options.truth_column, "--truth-column");
  out.labels = places(out.table.columns, options.label_column, "--label-column");
  out.scores = places(out.table.columns, options.score_columns, "--score-columns");
  return out;
}

std::vector<double> read_score_columns(const PredictionTable& table, Sink& sink) {
  std::vector<double> out(table.table.rows.size() * table.scores.size());
  for (std::size_t c = 0; c < table.scores.size(); ++c) {
    const std::string& name = table.name(table.scores[c]);
    const std::vector<std::string> texts = table.texts(table.scores[c]);
    const io::Numbers numbers = io::read_numbers(texts, table.table.delimiter);
    for (const std::string& note : io::notes_of(numbers, name)) sink.note(note);
    if (const std::string left_out = io::left_out_of(numbers, texts, name); !left_out.empty()) sink.warning(left_out);
    for (std::size_t row = 0; row < texts.size(); ++row) out[row * table.scores.size() + c] = numbers.values[row];
  }
  return out;
}

std::vector<std::size_t> classes_of_columns(const std::vector<std::string>& columns, std::vector<std::string>& classes,
                                            const std::string& where, Sink& sink) {
  auto found = by_name(columns, classes);
  // As scikit-learn's predict_proba orders them; not where some are called after a class, and others after none.
  const bool numbered = are_places(classes, columns.size());
  if (!found && (numbered || classes.size() == columns.size()) && !any_by_name(columns, classes)) {
    if (numbered) classes.clear();
    found.emplace();
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (numbered) classes.push_back(std::to_string(c));
      found->push_back(c);
    }
    sink.note(fmt::format("the columns of scores {} are of the classes {}, in this order: none is called after one",
                          io::listed(columns), io::listed(classes)));
  }
  if (!found)
    throw Error(ErrorKind::bad_input, {fmt::format("the classes {} do not all have a column of scores among {}",
                                                   io::listed(classes), io::listed(columns)),
                                       where, "name the columns of `score_columns` after the classes"});
  for (std::size_t c = 0; c < columns.size(); ++c) {  // a class that is nowhere true
    if ((*found)[c] != classes.size()) continue;
    classes.push_back(columns[c]);
    (*found)[c] = classes.size() - 1;
    for (std::size_t later = c + 1; later < columns.size(); ++later)
      if ((*found)[later] == classes.size() - 1) (*found)[later] = classes.size();
  }
  return *found;
}

bool are_logits(const std::vector<double>& scores, const std::string& kind) {
  if (kind != "auto") return kind == "logit";
  return std::any_of(scores.begin(), scores.end(), [](double score) { return score < 0 || score > 1; });
}

}  // namespace groel::tasks
