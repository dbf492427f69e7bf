// groel predict: labels, numbers and residue labels of any number of proteins, by a trained predictor.
#include "tasks/pairs/predict.h"
#include "base/words.h"
#include "formats/extension.h"
#include "predictors/pair_predictor.h"
#include "tasks/predict/names.h"
#include "tasks/predict/options.h"
#include "tasks/predict/rows.h"
#include "tasks/predict/stream.h"
#include "tasks/reading/kept_rows.h"
#include "tasks/reading/model.h"
#include "tasks/reading/written_out.h"

namespace groel::tasks {
namespace {

using models::LabelOf;
using models::Problem;
using nlohmann::ordered_json;

RowForm form_of(const PredictOptions& options) {
  if (options.json && !options.output && options.format.empty()) return RowForm::json_lines;
  std::string name = options.format;
  if (name.empty() && options.output && *options.output != "-") {
    static const std::string known[] = {".csv", ".tsv", ".jsonl"};
    formats::check_extension(*options.output, known);
    name = formats::format_extension(*options.output);
    name.erase(0, 1);
  }
  if (name == "jsonl") return RowForm::json_lines;
  return name == "tsv" ? RowForm::tsv : RowForm::csv;
}

std::vector<double> thresholds_of(const PredictOptions& options, const predictors::Predictor& predictor) {
  const std::size_t labels = predictor.classes().labels.size();
  if (options.threshold) {
    if (*options.threshold < 0 || *options.threshold > 1)
      throw Error(ErrorKind::usage, {"a threshold is a probability", "--threshold", "from 0 to 1"});
    if (predictor.classes().problem != Problem::multi_label)
      throw Error(ErrorKind::usage, {"this predictor gives one label, or numbers: there is no threshold", "--threshold",
                                     "leave it away"});
    return std::vector<double>(labels, *options.threshold);
  }
  return predictor.card().thresholds.empty() ? std::vector<double>(labels, 0.5) : predictor.card().thresholds;
}

// What would be passed over without a word is refused.
void check_fits(const PredictOptions& options, const models::Classification& classes) {
  const bool of_residues = classes.label_of == LabelOf::token;
  const auto refuse = [](const char* what, const char* option) {
    throw Error(ErrorKind::usage, {what, option, "leave it away"});
  };
  if (options.residues.given && !of_residues) refuse("this predictor labels whole proteins", "--residues");
  if (!options.names.empty() && (of_residues || classes.problem == Problem::regression))
    refuse("this predictor has no labels of whole proteins to name", "--names");
  if (options.all_labels && options.top > 0) refuse("--top gives each label a row of its own", "--all-labels");
  if (options.all_labels && of_residues && options.residues.value != "rows")
    throw Error(ErrorKind::usage, {"one text per protein has no room for them", "--all-labels", "add --residues rows"});
}

RowOptions row_options(const PredictOptions& options, const predictors::Predictor& predictor, Sink& sink) {
  const models::Classification& classes = predictor.classes();
  if (options.top < 0) throw Error(ErrorKind::usage, {"it is a number of labels", "--top", "1 or more"});
  if (options.top > 0 && (classes.label_of == LabelOf::token || classes.problem == Problem::regression))
    throw Error(ErrorKind::usage, {"this predictor has no labels of whole proteins to rank", "--top", "leave it away"});
  check_fits(options, classes);
  return {form_of(options),
          options.residues.value == "rows" ? ResidueForm::rows : ResidueForm::text,
          options.all_labels,
          options.top,
          thresholds_of(options, predictor),
          options.names.empty() ? std::map<std::string, std::string>{} : read_label_names(options.names, sink)};
}

nlohmann::json identity_of(const PredictOptions& options, const predictors::Predictor& predictor) {
  return {{"model", predictor.fingerprint()},
          {"dtype", options.dtype},
          {"form", static_cast<int>(form_of(options))},
          {"all_labels", options.all_labels},
          {"top", options.top},
          {"residues", options.residues.value},
          {"thresholds", thresholds_of(options, predictor)},
          {"names", options.names},
          {"long", options.longer},
          {"gaps", options.gaps}};
}

ordered_json summary_json(const PredictSummary& summary) {
  ordered_json out{
      {"records", summary.records},
      {"failed", summary.failed},
      {"resumed_records", summary.resumed},
      {"truncated", summary.truncated},
      {"residues", summary.residues},
      {"seconds", summary.seconds},
      {"tokens_per_second", summary.seconds > 0 ? static_cast<double>(summary.tokens) / summary.seconds : 0}};
  out.update(summary.input.to_json());
  return out;
}

void tell(const PredictSummary& summary, const predictors::Predictor& predictor, Sink& sink) {
  summary.input.tell(sink);
  if (summary.truncated > 0)
    sink.warning(fmt::format("{} longer than {} residues: the predictor read the start alone",
                             counted(summary.truncated, "record is", "records are"), *predictor.max_residues()));
}

int run(const PredictOptions& options, Context& context) {
  if (predictors::predicts_pairs(options.model.value)) return predict_pairs(options, context);
  if (!options.pairs.sequences.empty())
    throw Error(ErrorKind::usage, {"this predictor is none of pairs", "--sequences", "leave it away"});
  form_of(options);  // a wrong name is said before the model is loaded
  const RunOutput output{options.output.value_or("-"), options.resume, options.overwrite};
  if (output.path != "-") check_run_output(output);
  const predictors::Predictor predictor = load_predictor_of(options, context.sink);
  const PredictionRows rows(predictor.classes(), row_options(options, predictor, context.sink));
  note_written_out(options.input, context.sink);
  KeptRows kept(output, identity_of(options, predictor), context.out);
  const PredictSummary summary = predict_stream({predictor, rows, options, kept, context.sink});
  tell(summary, predictor, context.sink);
  if (options.json && output.path != "-") {
    ordered_json json = summary_json(summary);
    json["output"] = output.path.string();
    context.out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  } else {
    context.sink.note(fmt::format("{}{} in {:.1f} s{}", counted(summary.records, "record"),
                                  summary.failed > 0 ? fmt::format(", {} of them failed,", summary.failed) : "",
                                  summary.seconds, output.path == "-" ? "" : ", written to " + output.path.string()));
  }
  return summary.failed > 0 ? 1 : 0;
}

}  // namespace

Task predict_task() {
  return {
      .name = "predict",
      .summary = "Predict labels or numbers of proteins, or labels of their residues, by a trained predictor",
      .description =
          "Reads any number of proteins a piece at a time, in memory that does not grow with them, and writes a row "
          "for each: id, sequence, pred_id (place of the label, from 0), pred_label and confidence (its probability). "
          "Several labels at once: all from their thresholds on. Numbers: a column for each. Labels of residues: one "
          "text per protein, or with `residues=rows` a row for each residue. A record that cannot be read has its "
          "error in the last column, and the exit status is 1.",
      .examples = {{"groel predict examples/proteins.fasta -m examples/mitochondrion -o predicted.csv",
                    "which of them are of the mitochondrion, as a table"},
                   {"groel predict examples/proteins.fasta -m examples/mitochondrion --all-labels -f jsonl",
                    "every label's probability, as JSON lines"},
                   {"groel predict MALWMRLLPLLALLALWGPDPAAA -m examples/mitochondrion", "of one sequence"}},
      .options = option_table<PredictOptions>(),
      .run = entry<PredictOptions, run>,
      .shared = always_shared,
  };
}

}  // namespace groel::tasks
