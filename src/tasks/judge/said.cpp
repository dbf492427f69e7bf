// Brings predictions and truth into the form that is scored.
#include "tasks/judge/said.h"

#include <algorithm>

#include "base/interrupt.h"
#include "base/words.h"
#include "tasks/embed/records.h"
#include "train/trainee.h"

namespace groel::tasks {
namespace {

using models::Problem;

// Rows that are scored: proteins, or residues with a label.
void list_rows(JudgedSet& set) {
  const auto proteins = static_cast<std::size_t>(set.labels.corpus.size());
  if (!set.of_residues()) {
    for (std::size_t i = 0; i < proteins; ++i) set.protein_of.push_back(i);
    return;
  }
  std::size_t at = 0;
  for (std::size_t i = 0; i < proteins; ++i) {
    const auto length = static_cast<std::size_t>(set.labels.corpus.length(static_cast<std::int64_t>(i)));
    for (std::size_t r = 0; r < length; ++r, ++at) {
      if (set.labels.classes[at] == train::kNoTarget) continue;
      set.protein_of.push_back(i);
      set.residue_of.push_back(r);
    }
  }
}

std::vector<std::int64_t> true_classes(const JudgedSet& set) {
  std::vector<std::int64_t> out;
  if (set.of_residues()) {
    for (const std::int32_t c : set.labels.classes)
      if (c != train::kNoTarget) out.push_back(c);
    return out;
  }
  for (const float value : set.labels.values) out.push_back(static_cast<std::int64_t>(value));
  return out;
}

TablePredictions one_class(const JudgedSet& set, const std::vector<double>& scores) {
  TablePredictions out;
  const std::size_t columns = set.classes.labels.size();
  out.kind = columns == 2 ? PredictionKind::binary : PredictionKind::multiclass;
  out.classes = set.classes.labels;
  out.positive = 1;
  out.truth = true_classes(set);
  out.rows = out.truth.size();
  out.thresholds = {0.5};
  if (columns == 2) {
    out.score_classes = {1};
    out.probabilities = scores_of_column(scores, 2, 1);
  } else {
    for (std::size_t c = 0; c < columns; ++c) out.score_classes.push_back(c);
    out.probabilities = scores;
  }
  out.scores = out.probabilities;
  predict_by_scores(out);
  return out;
}

TablePredictions several_labels(const JudgedSet& set, const std::vector<double>& scores,
                                const std::vector<double>& thresholds) {
  TablePredictions out;
  out.kind = PredictionKind::multilabel;
  out.classes = set.classes.labels;
  for (const float value : set.labels.values) out.truth.push_back(value > 0.5F ? 1 : 0);
  out.rows = out.truth.size() / out.classes.size();
  out.thresholds = thresholds.empty() ? std::vector<double>(out.classes.size(), 0.5) : thresholds;
  out.scores = out.probabilities = scores;
  predict_by_scores(out);
  return out;
}

std::vector<TablePredictions> numbers(const JudgedSet& set, const std::vector<double>& scores) {
  std::vector<TablePredictions> out;
  const std::size_t columns = set.classes.labels.size();
  for (std::size_t c = 0; c < columns; ++c) {
    TablePredictions one;
    one.kind = PredictionKind::regression;
    one.classes = {set.classes.labels[c]};
    for (std::size_t at = c; at < set.labels.values.size(); at += columns)
      one.numbers.push_back(double{set.labels.values[at]});
    one.predicted_numbers = scores_of_column(scores, columns, c);
    one.rows = one.numbers.size();
    out.push_back(std::move(one));
  }
  return out;
}

// By vectors that are kept, where the predictor reads those of a model that others read, too.
std::vector<Tensor> outputs_of(const predictors::Predictor& predictor, const JudgedSet& set,
                               const std::optional<VectorKeeping>& keeping, Sink& sink) {
  const auto& trunk = predictor.card().trunk;
  if (!keeping || !trunk || trunk->one_hot()) return predictors::head_outputs_of(predictor, set.encoded, sink);
  const SequenceList sequences{static_cast<std::int64_t>(set.encoded.size()), [&](std::int64_t i) {
                                 return predictor.readable(set.encoded[static_cast<std::size_t>(i)]);
                               }};
  const auto source =
      vectors_of({predictor.loaded(), trunk->model, predictor.read(), trunk->layer}, sequences, *keeping, sink);
  std::vector<Tensor> out;
  for (std::int64_t s = 0; s < source->sequences(); ++s) {
    check_interrupted();
    Tensor vectors = Tensor::empty({source->rows(s), source->width()});
    source->read(s, vectors.mutable_data<float>());
    out.push_back(predictor.head_outputs(vectors));
  }
  return out;
}

}  // namespace

JudgedSet judged_set(const train::LabelledRows& rows, const models::Classification& classes,
                     const std::string& unlabelled, const bio::Tokenizer& tokenizer) {
  JudgedSet set;
  set.classes = classes;
  set.labels = train::encode_labels(rows, classes, unlabelled, tokenizer);
  for (const train::LabelledRow& row : rows.rows) {
    set.names.push_back(row.name.empty() ? row.where : row.name);
    set.encoded.push_back(tokenizer.encode(row.sequence));
    set.sequences.push_back(clean_sequence(row.sequence));
  }
  list_rows(set);
  return set;
}

std::vector<TablePredictions> beside_truth(const JudgedSet& set, const std::vector<double>& scores,
                                           const std::vector<double>& thresholds) {
  switch (set.classes.problem) {
    case Problem::single_label: return {one_class(set, scores)};
    case Problem::multi_label: return {several_labels(set, scores, thresholds)};
    case Problem::regression: break;
  }
  return numbers(set, scores);
}

std::vector<double> scores_by(const predictors::Predictor& predictor, const JudgedSet& set,
                              const std::optional<VectorKeeping>& keeping, Sink& sink) {
  const std::vector<Tensor> outputs = outputs_of(predictor, set, keeping, sink);
  const std::size_t columns = set.classes.labels.size();
  std::vector<double> scores;
  std::int64_t unread = 0;
  for (std::size_t row = 0; row < set.protein_of.size(); ++row) {
    const Tensor& of = outputs[set.protein_of[row]];
    const std::size_t at = set.of_residues() ? set.residue_of[row] : 0;
    // Of a protein that was cut, the residues after the cut are said nothing of: every class alike.
    if (at >= static_cast<std::size_t>(of.size(0))) {
      scores.insert(scores.end(), columns, 1.0 / static_cast<double>(columns));
      ++unread;
      continue;
    }
    const auto values = of.values<float>().subspan(at * columns, columns);
    const std::vector<double> p = predictors::probabilities(values, set.classes.problem);
    scores.insert(scores.end(), p.begin(), p.end());
  }
  if (unread > 0)
    sink.warning(
        fmt::format("{} beyond what the predictor reads of a protein: they are judged as if every label were "
                    "equally probable",
                    counted(unread, "labelled residue is", "labelled residues are")));
  return scores;
}

}  // namespace groel::tasks
