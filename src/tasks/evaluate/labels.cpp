// Reads labelled data, predicts the labels and scores the predictions.
#include "tasks/evaluate/labels.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/words.h"
#include "checkpoints/load.h"
#include "engine/precision.h"
#include "tasks/evaluate/label_report.h"
#include "tasks/evaluate/learned.h"
#include "tasks/reading/model.h"
#include "tasks/train/head_scores.h"
#include "tasks/train/plan.h"
#include "train/label_scores.h"
#include "train/labelled_data.h"
#include "train/objectives.h"

namespace groel::tasks {
namespace {

using models::LabelOf;
using nlohmann::ordered_json;

void require_kind(const models::Classification& classes, const std::string& objective) {
  const bool tokens = classes.label_of == LabelOf::token;
  if (tokens == (objective == "residues")) return;
  throw Error(ErrorKind::usage, {fmt::format("this model labels {}", tokens ? "residues" : "whole sequences"),
                                 "--model", fmt::format("groel evaluate {}", tokens ? "residues" : "classify")});
}

void require_head(const checkpoints::Checkpoint& checkpoint, const std::string& objective) {
  const auto classes = train::head_of(checkpoint);
  if (!classes)
    throw Error(ErrorKind::unsupported, {"this model has no head that labels are predicted by", "--model",
                                         fmt::format("groel train {} gives it one", objective)});
  require_kind(*classes, objective);
}

train::LabelledRows read_rows(const EvaluateOptions& options, Sink& sink) {
  const train::LabelColumns columns = label_columns(options);
  train::LabelledRows rows = train::read_labelled(options.data, columns, sink);
  const std::vector<std::string>& splits = options.split;
  if (splits.empty()) return rows;
  if (columns.split.empty())
    throw Error(ErrorKind::usage, {"which column says it?", "--split", "name it with --split-column"});
  std::map<std::string, std::int64_t> there;
  for (const train::LabelledRow& row : rows.rows) ++there[row.split];
  std::erase_if(rows.rows, [&](const train::LabelledRow& row) {
    return std::find(splits.begin(), splits.end(), row.split) == splits.end();
  });
  for (const std::string& split : splits)
    if (!there.contains(split))
      throw Error(
          ErrorKind::bad_input,
          {fmt::format(
               "no row is in split '{}'; column '{}' has {}", split, columns.split,
               listed_as(there, [](const auto& one) { return fmt::format("'{}' ({})", one.first, one.second); })),
           "--split",
           {}});
  return rows;
}

void tell_order(const train::LabelledRows& rows, const models::Classification& classes, Sink& sink) {
  if (const std::string note = train::order_note(rows.columns, classes); !note.empty()) sink.note(note);
}

ordered_json to_json(const train::Scores& scores) {
  ordered_json out = ordered_json::object();
  for (const auto& [name, value] : scores.named) out[name] = value;
  out["targets"] = scores.targets;
  out["classes"] = scores.classes;
  return out;
}

struct Evaluated {
  ordered_json scores;
  train::LabelledRows rows;  // read after the model, whose faults come first
};

// A head of its own reads as many residues as in its training.
Evaluated evaluate_own_head(const EvaluateOptions& options, Context& context) {
  const predictors::Predictor predictor = load_predictor_of(options, context.sink);
  const models::Classification& classes = predictor.classes();
  require_kind(classes, options.objective.at(0));
  train::LabelledRows rows = read_rows(options, context.sink);
  tell_order(rows, classes, context.sink);
  const auto set = train::encode_labels(rows, classes, options.unlabelled, predictor.model().tokenizer());
  const std::int64_t longest = std::min(options.max_length, predictor.max_residues().value_or(options.max_length));
  const checkpoints::Trunk& trunk = *predictor.card().trunk;
  const HeadVectors vectors{predictor.loaded(), false, trunk.model, predictor.read(), trunk.layer, longest};
  const LabelledVectors part = head_part(set, classes, vectors, {.what = "data"}, context.sink);
  ordered_json result = to_json(train::label_scores(score_head(predictor, part), classes));
  tell_learned(set.corpus, predictor.folder(), result, context.sink);
  return {std::move(result), std::move(rows)};
}

Evaluated evaluate_models_head(const EvaluateOptions& options, Context& context) {
  const auto path = model_of(options.model, context.sink);
  checkpoints::Checkpoint checkpoint = checkpoints::read_checkpoint(path);
  require_head(checkpoint, options.objective.at(0));
  train::LabelledRows rows = read_rows(options, context.sink);
  const auto trainee =
      train::make_classifier(std::move(checkpoint), {.precision = engine::parse_precision(options.dtype),
                                                     .trained = train::is_head,
                                                     .recompute = models::Recompute::none,
                                                     .lora = {}});
  const auto& classes = models::require<models::Classifier>(trainee->model()).classification();
  const bio::Tokenizer& tokenizer = trainee->model().tokenizer();
  tell_order(rows, classes, context.sink);
  const auto set = train::encode_labels(rows, classes, options.unlabelled, tokenizer);
  std::int64_t longest = options.max_length;
  if (const auto limit = trainee->model().info().max_residues) longest = std::min(longest, *limit);
  const std::int64_t batch_tokens = std::max(options.batch_tokens, tokenizer.token_count(longest));
  train::LabelledData data(set, classes, tokenizer,
                           {0, batch_tokens, longest, train::CropStyle::start, train::Order::as_written});
  if (data.cropped() > 0)
    context.sink.note(fmt::format("of {} over the limit the start is used", counted(data.cropped(), "sequence")));
  const train::LossSum sum = train::evaluate_all(*trainee, data);
  if (!std::isfinite(sum.loss))
    throw Error(ErrorKind::bad_model, {"the head's numbers overflow: the loss is not a finite number", "--model",
                                       "its weights are damaged or far too large, though each is finite"});
  ordered_json result = to_json(train::label_scores(sum, classes));
  tell_learned(set.corpus, path, result, context.sink);
  return {std::move(result), std::move(rows)};
}

}  // namespace

ordered_json evaluate_labels(const EvaluateOptions& options, Context& context) {
  check_label_report(options);
  auto [scores, rows] =
      has_own_head(options.model.value) ? evaluate_own_head(options, context) : evaluate_models_head(options, context);
  if (options.report) scores["judged"] = report_on_labels(options, rows, context.sink);
  return scores;
}

}  // namespace groel::tasks
