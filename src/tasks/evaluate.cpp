// groel evaluate: how well a model predicts held-out data.
#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/interrupt.h"
#include "checkpoints/load.h"
#include "engine/outputs.h"
#include "tasks/evaluate/labels.h"
#include "tasks/evaluate/learned.h"
#include "tasks/evaluate/options.h"
#include "tasks/evaluate/table.h"
#include "tasks/evaluate/terms.h"
#include "tasks/pairs/evaluate.h"
#include "tasks/reading/input.h"
#include "tasks/reading/model.h"
#include "tasks/train/labelled.h"
#include "train/evaluation.h"
#include "train/masked_loss.h"
#include "train/mlm_data.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

train::MlmDataOptions data_options(const EvaluateOptions& options, const models::Model& model) {
  train::MlmDataOptions data;
  data.max_residues = options.max_length;
  if (const auto limit = model.info().max_residues) data.max_residues = std::min(data.max_residues, *limit);
  data.batch_tokens = std::max(options.batch_tokens, model.tokenizer().token_count(data.max_residues));
  data.crop = train::CropStyle::centre;
  data.order = train::Order::as_written;
  data.masking = {.style = train::MaskingStyle::hidden,
                  .fraction = options.mask_fraction,
                  .seed = static_cast<std::uint64_t>(options.seed)};
  return data;
}

// The error of the batch's first sequence whose numbers are not finite.
Error overflow(const models::Model& model, const train::TrainBatch& batch) {
  const auto tokens = batch.input.tokens.values<std::int32_t>();
  const auto bounds = batch.input.cu_seqlens.values<std::int32_t>();
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b) {
    const std::vector<std::int32_t> one(tokens.begin() + bounds[b], tokens.begin() + bounds[b + 1]);
    const auto said = engine::outputs_of(model, std::span(&one, 1), {{}, {bio::Output::logits}}).front();
    if (said.failure) return *said.failure;
  }
  return Error(ErrorKind::bad_model, "the loss is not a finite number");
}

train::LossSum evaluate(const models::Model& model, train::MlmData& data, const train::Corpus& corpus, Sink& sink) {
  train::LossSum sum;
  Progress progress{"evaluating", 0, corpus.size(), 0, corpus.residues(), 0};
  const auto begin = std::chrono::steady_clock::now();
  while (const auto batch = data.next()) {
    check_interrupted();
    sum += train::masked_loss(model, *batch);
    if (!std::isfinite(sum.loss)) throw overflow(model, *batch);
    progress.done = data.position().next;
    progress.tokens += batch->input.residue_tokens();
    progress.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    sink.progress(progress);
  }
  sink.progress_done();
  if (sum.targets == 0) throw Error(ErrorKind::bad_input, "no residue of the data can be predicted: all are unknown");
  return sum;
}

ordered_json by_residue(const train::LossSum& sum, const bio::Tokenizer& tokenizer) {
  ordered_json out = ordered_json::object();
  for (std::size_t c = 0; c < sum.class_targets.size(); ++c)
    if (sum.class_targets[c] > 0)
      out[tokenizer.token(static_cast<std::int32_t>(c))] = {
          {"masked_tokens", sum.class_targets[c]},
          {"accuracy", static_cast<double>(sum.class_correct[c]) / static_cast<double>(sum.class_targets[c])}};
  return out;
}

void print_scores(const ordered_json& result, std::ostream& out) {
  for (const auto& [name, value] : result.items()) {
    if (name == "judged") continue;  // in the report
    if (value.is_array()) {
      out << '\n' << class_table(value);
      continue;
    }
    if (!value.is_object()) {
      out << fmt::format("{:<14} {}\n", name,
                         value.is_number_float() ? fmt::format("{:.4f}", value.get<double>()) : value.dump());
      continue;
    }
    for (const auto& [residue, row] : value.items())
      out << fmt::format("{:<14} {:.4f}  of {}\n", residue, row["accuracy"].get<double>(), row["masked_tokens"].dump());
  }
}

ordered_json evaluate_mlm(const EvaluateOptions& options, Context& context) {
  const checkpoints::LoadedModel loaded = load_model_of(options, context.sink);
  models::require<models::MaskedLm>(*loaded.model);
  const bio::Tokenizer& tokenizer = loaded.model->tokenizer();
  const auto corpus = train::Corpus::read(options.data, tokenizer, {.gaps = parse_gaps(options.gaps)}, context.sink);
  train::MlmData data(corpus, train::all_of(corpus), tokenizer, data_options(options, *loaded.model));
  if (data.cropped() > 0)
    context.sink.note(fmt::format("of {} over the limit the middle is used", counted(data.cropped(), "sequence")));
  const train::LossSum sum = evaluate(*loaded.model, data, corpus, context.sink);
  const train::Scores scores = train::scores_of(sum);
  ordered_json result = {
      {"perplexity", scores.perplexity}, {"accuracy", scores.accuracy}, {"masked_tokens", scores.targets}};
  tell_learned(corpus, loaded.path, result, context.sink);
  if (options.per_residue) result["residues"] = by_residue(sum, tokenizer);
  return result;
}

void check_objective(const std::vector<std::string>& objective) {
  std::vector<std::string> names;
  for (const Verb& verb : evaluate_verbs()) names.emplace_back(verb.name);
  if (objective.empty() || std::find(names.begin(), names.end(), objective[0]) != names.end()) return;
  const auto near = nearest(objective[0], names);
  throw Error(ErrorKind::usage, {fmt::format("'{}' is not one of the choices{}", objective[0],
                                             near ? fmt::format(" (did you mean '{}'?)", *near) : ""),
                                 "--objective", "choose from: " + listed(names)});
}

int run(const EvaluateOptions& options, Context& context) {
  const std::vector<std::string>& objective = options.objective;
  check_objective(objective);
  if (objective[0] == "table") return evaluate_table(options, context);
  if (objective[0] == "terms") return evaluate_terms(options, context);
  if (objective[0] == "pairs") return evaluate_pairs(options, context);
  if (objective.size() != 1)
    throw Error(ErrorKind::usage, {"name one objective", {}, "mlm, classify, residues or pairs"});
  if (options.data.empty()) throw Error(ErrorKind::usage, {"FILES is missing", "--data", "what to evaluate on"});
  const ordered_json result =
      objective[0] == "mlm" ? evaluate_mlm(options, context) : evaluate_labels(options, context);
  if (options.json)
    context.out << result.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else
    print_scores(result, context.out);
  return 0;
}

}  // namespace

Task evaluate_task() {
  return {
      "evaluate",
      "Measure how well a model predicts held-out proteins",
      "evaluate mlm replaces 15 % of the residues by <mask> and compares what the model puts in their place:\n"
      "perplexity (exp of the mean cross entropy; 20 is guessing) and accuracy. Which residues are hidden follows\n"
      "from --seed, the sequence's place in the data and the position alone, so that models can be compared. At\n"
      "least one residue of each sequence is hidden.\n"
      "evaluate classify and evaluate residues compare a head's predictions with labels in a CSV or TSV table.\n"
      "evaluate pairs compares a predictor of interactions with a table of pairs.\n"
      "evaluate table scores the predictions of any program: a table with true and predicted labels, scores or\n"
      "numbers. Scores are those of scikit-learn and scipy, under their names.\n"
      "evaluate terms scores predicted terms of the Gene Ontology as CAFA does: truth and predictions are carried up\n"
      "to all ancestors first.",
      {{"groel evaluate mlm --data examples/proteins.fasta", "perplexity and accuracy of the default model"},
       {"groel evaluate mlm --data examples/proteins.fasta --json --per-residue",
        "of a model, as JSON, with the accuracy of each amino acid"},
       {"groel evaluate table examples/predictions.csv --truth-column stability --score-columns stable --kind binary "
        "--bootstrap 200 --calibration",
        "predictions that a table holds, with 95 % intervals"},
       {"groel evaluate terms examples/term_predictions.tsv --truth examples/terms.tsv --ontology "
        "examples/go_components.obo",
        "predicted terms of the Gene Ontology: Fmax, Smin, and each term"}},
      option_table<EvaluateOptions>(),
      entry<EvaluateOptions, run>,
      evaluate_verbs()};
}

}  // namespace groel::tasks
