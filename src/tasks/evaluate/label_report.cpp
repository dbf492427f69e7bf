// Judges a predictor on labelled proteins, and writes its report.
#include "tasks/evaluate/label_report.h"

#include <algorithm>
#include <filesystem>

#include "base/words.h"
#include "tasks/judge/report.h"
#include "tasks/reading/model.h"
#include "tasks/reading/output_name.h"
#include "tasks/train/plan.h"

namespace groel::tasks {
namespace {

constexpr const char* kPage = "report.html";

// All rows of the files but those that are judged, where the same files hold both.
train::LabelledRows learned_rows(const EvaluateOptions& options, Sink& sink) {
  if (options.learned_from.empty()) return {};
  const train::LabelColumns columns = label_columns(options);
  train::LabelledRows out = train::read_labelled(options.learned_from, columns, sink);
  std::erase_if(out.rows, [&](const train::LabelledRow& row) {
    return std::find(options.split.begin(), options.split.end(), row.split) != options.split.end();
  });
  if (out.rows.empty())
    throw Error(ErrorKind::bad_input, {"no row is left for the baselines to learn from", "--learned-from",
                                       "all of its rows are of the judged split"});
  return out;
}

}  // namespace

void check_label_report(const EvaluateOptions& options) {
  if (!options.report && !options.learned_from.empty())
    throw Error(ErrorKind::usage, {"baselines are of a report", "--learned-from", "name its folder with --report"});
  if (options.report)
    check_free(std::filesystem::path(*options.report) / kPage,
               options.terms.overwrite ? Standing::replace : Standing::refuse);
}

nlohmann::ordered_json report_on_labels(const EvaluateOptions& options, const train::LabelledRows& rows, Sink& sink) {
  const predictors::Predictor predictor = load_predictor_of(options, sink);
  const train::LabelledRows learned = learned_rows(options, sink);
  const std::string split = options.split.empty() ? "evaluated" : listed(options.split);
  const Judgement judgement =
      judge({predictor, learned, rows, split, options.unlabelled, predictor.card().thresholds}, sink);
  std::vector<std::string> notes{fmt::format("Judged on {}.", listed(options.data))};
  notes.push_back(learned.rows.empty() ? "There are no baselines: --learned-from names the table that they learn from."
                                       : fmt::format("Baselines learned from {}.", listed(options.learned_from)));
  const std::filesystem::path folder = *options.report;
  write_report(judgement, {folder, predictor.folder().filename().string() + ": report", predictor.folder(), notes});
  judgement.beats_all() ? sink.note(judgement.verdict()) : sink.warning(judgement.verdict());
  sink.note(fmt::format("the report: {}", (folder / kPage).string()));
  return to_json(judgement);
}

}  // namespace groel::tasks
