// Puts the scores of a table of predictions together.
#include "tasks/evaluate/table.h"

#include <algorithm>

#include "base/words.h"
#include "tasks/evaluate/class_names.h"
#include "tasks/evaluate/judged.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

// Names as numbers where all are.
ordered_json names_json(const std::vector<std::string>& names) {
  if (const auto numbers = whole_numbers(names)) return *numbers;
  return names;
}

// Scores that reference files give another name: theirs, too.
void add_other_names(ordered_json& out) {
  for (const auto& [own, other] :
       {std::pair{"log_loss", "log_loss_of_prob"}, {"brier", "brier_of_prob"}, {"r2", "r2 (true=x, pred=y)"}})
    if (out.contains(own)) out[other] = out[own];
}

void name_confusion(ordered_json& out, const std::vector<std::string>& classes) {
  if (!out.contains("confusion_labels")) return;
  std::vector<std::string> names;
  for (const ordered_json& place : out["confusion_labels"]) names.push_back(classes[place.get<std::size_t>()]);
  out["confusion_labels"] = names_json(names);
}

ordered_json undefined_json(const statistics::ScoreSheet& sheet) {
  ordered_json out = ordered_json::array();
  for (const auto& [name, why] : sheet.undefined()) out.push_back({{"scores", name}, {"why", why}});
  return out;
}

ordered_json head_of(const TablePredictions& p, const PredictionOptions& options) {
  ordered_json out{{"kind", options.kind}, {"rows", p.rows}, {"rows_left_out", p.left_out}};
  if (p.kind == PredictionKind::regression) return out;
  out["classes"] = names_json(p.classes);
  if (p.kind == PredictionKind::binary) out["positive"] = names_json({p.classes[p.positive]})[0];
  if (p.kind != PredictionKind::multiclass && !p.scores.empty() && options.label_column.empty())
    out["threshold"] = p.thresholds.size() == 1 ? ordered_json(p.thresholds[0]) : ordered_json(p.thresholds);
  return out;
}

ordered_json judge_table(TablePredictions& p, const EvaluateOptions& options, Sink& sink) {
  const PredictionOptions& own = options.table;
  std::optional<TablePredictions> validation;
  if (own.tune_on) validation = read_predictions(*own.tune_on, own, sink);
  const bool tunes = validation && p.kind != PredictionKind::multiclass;
  if (tunes) tune(p, *validation, own, sink);
  if (validation && !tunes && !own.calibration)
    throw Error(ErrorKind::usage, {"several classes have no threshold to choose", "--tune-on",
                                   "with `calibration` it gives a temperature"});
  const statistics::ScoreSheet sheet = sheet_of(p, statistics::Detail::curves_and_lists);
  ordered_json out = head_of(p, own);
  out.update(sheet.values());
  name_confusion(out, p.classes);
  if (p.kind != PredictionKind::regression) out["per_class"] = class_rows(p);
  if (own.calibration) out["calibration"] = calibration_of(p, validation ? *validation : p, own.bins);
  if (own.bootstrap > 0) out["intervals"] = intervals_of(p, own, options.seed);
  out["undefined"] = undefined_json(sheet);
  if (!sheet.undefined().empty())
    sink.warning(fmt::format("{} not defined by these rows, or only by convention: see \"undefined\"",
                             sheet.undefined().size() == 1 ? "a score is" : "some scores are"));
  return out;
}

void print_rows(const ordered_json& rows, std::ostream& out) {
  if (rows.empty()) return;
  std::size_t width = 5;
  for (const ordered_json& row : rows) width = std::max(width, printed_cell(row["class"]).size());
  out << '\n';
  for (const auto& [name, value] : rows[0].items())
    out << (name == "class" ? fmt::format("{:<{}}", name, width) : fmt::format("  {:>9}", name));
  out << '\n';
  for (const ordered_json& row : rows) {
    for (const auto& [name, value] : row.items())
      out << (name == "class" ? fmt::format("{:<{}}", printed_cell(value), width)
                              : fmt::format("  {:>{}}", printed_cell(value), std::max<std::size_t>(9, name.size())));
    out << '\n';
  }
}

void print_matrix(const ordered_json& all, std::ostream& out) {
  if (!all.contains("confusion_matrix")) return;
  const ordered_json& labels = all["confusion_labels"];
  out << "\nrows: true, columns: predicted\n";
  std::size_t width = 6;
  for (const ordered_json& label : labels) width = std::max(width, printed_cell(label).size());
  out << std::string(width, ' ');
  for (const ordered_json& label : labels) out << fmt::format("  {:>{}}", printed_cell(label), width);
  out << '\n';
  for (std::size_t row = 0; row < labels.size(); ++row) {
    out << fmt::format("{:<{}}", printed_cell(labels[row]), width);
    for (const ordered_json& count : all["confusion_matrix"][row])
      out << fmt::format("  {:>{}}", printed_cell(count), width);
    out << '\n';
  }
}

void print_table(const ordered_json& all, std::ostream& out) {
  const ordered_json intervals = all.contains("intervals") ? all["intervals"]["scores"] : ordered_json::object();
  for (const auto& [name, value] : all.items()) {
    if (value.is_structured()) continue;
    out << fmt::format("{:<26} {}", name, printed_cell(value));
    if (intervals.contains(name))
      out << fmt::format("  [{}, {}]", printed_cell(intervals[name][0]), printed_cell(intervals[name][1]));
    out << '\n';
  }
  if (all.contains("per_class")) print_rows(all["per_class"], out);
  print_matrix(all, out);
  if (all.contains("calibration")) {
    out << "\ncalibration\n";
    for (const auto& [name, value] : all["calibration"].items())
      if (!value.is_structured()) out << fmt::format("{:<34} {}\n", name, printed_cell(value));
  }
  for (const ordered_json& one : all["undefined"])
    out << fmt::format("undefined: {}: {}\n", one["scores"].get<std::string>(), one["why"].get<std::string>());
}

}  // namespace

std::string printed_cell(const ordered_json& value) {
  if (value.is_null()) return "-";
  if (value.is_number_float()) return fmt::format("{:.4f}", value.get<double>());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

int evaluate_table(const EvaluateOptions& options, Context& context) {
  if (options.objective.size() != 2)
    throw Error(ErrorKind::usage, {"name one table of predictions", {}, "groel evaluate table PREDICTIONS.csv …"});
  PredictionOptions own = options.table;
  own.label_column = options.label_column;
  if (own.kind.empty())
    throw Error(ErrorKind::usage, {"what is predicted?", "--kind", "binary, multiclass, multilabel or regression"});
  if (own.truth_column.empty())
    throw Error(ErrorKind::usage, {"which column holds the true values?", "--truth-column", {}});
  EvaluateOptions complete = options;
  complete.table = own;
  TablePredictions predictions = read_predictions(options.objective[1], own, context.sink);
  ordered_json result = judge_table(predictions, complete, context.sink);
  if (!options.json) {
    print_table(result, context.out);
    return 0;
  }
  add_other_names(result);
  context.out << result.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  return 0;
}

}  // namespace groel::tasks
