// Scores of predictions by the functions of statistics, undefined ones included.
#include "tasks/judge/headline.h"

#include <cmath>
#include <functional>
#include <limits>

#include "statistics/cafa.h"
#include "statistics/multilabel.h"
#include "statistics/regression.h"

namespace groel::tasks {
namespace {

namespace st = statistics;

double defined(const std::function<double()>& score) {
  try {
    return score();
  } catch (const Error&) {
    return std::numeric_limits<double>::quiet_NaN();
  }
}

std::vector<std::int64_t> is_positive(const TablePredictions& p) {
  std::vector<std::int64_t> out;
  for (const std::int64_t label : p.truth) out.push_back(label == static_cast<std::int64_t>(p.positive) ? 1 : 0);
  return out;
}

std::map<std::string, double> class_scores(const TablePredictions& p) {
  const st::Confusion confusion(p.truth, p.predicted);
  std::map<std::string, double> out{{"accuracy", confusion.accuracy()},
                                    {"balanced_accuracy", confusion.balanced_accuracy()},
                                    {"matthews_corrcoef", confusion.matthews_correlation()}};
  if (p.kind == PredictionKind::multiclass) {
    out["f1_macro"] = st::precision_recall(st::class_counts(confusion), st::Average::macro).f1;
    return out;
  }
  out["f1"] = st::precision_recall(st::class_counts(p.truth, p.predicted, static_cast<std::int64_t>(p.positive))).f1;
  const std::vector<std::int64_t> truth = is_positive(p);
  out["roc_auc"] = defined([&] { return st::roc_auc(truth, p.scores); });
  out["average_precision"] = defined([&] { return st::average_precision(truth, p.scores); });
  return out;
}

st::LabelMatrix matrix(const TablePredictions& p, const std::vector<std::int64_t>& values) {
  return {values, static_cast<std::int64_t>(p.classes.size())};
}

std::map<std::string, double> label_scores(const TablePredictions& p) {
  const st::LabelMatrix truth = matrix(p, p.truth), predicted = matrix(p, p.predicted);
  const auto precision = [&](st::LabelAverage average) {
    return defined([&] { return st::average_precision(truth, p.scores, average); });
  };
  return {{"fmax", defined([&] {
             return st::fmax({truth, p.scores}).f;
           })},
          {"f1_micro", st::precision_recall(truth, predicted, st::LabelAverage::micro).f1},
          {"f1_macro", st::precision_recall(truth, predicted, st::LabelAverage::macro).f1},
          {"average_precision_micro", precision(st::LabelAverage::micro)},
          {"average_precision_macro", precision(st::LabelAverage::macro)}};
}

std::map<std::string, double> number_scores(const TablePredictions& p) {
  return {{"spearmanr", defined([&] { return st::spearman(p.numbers, p.predicted_numbers).value; })},
          {"pearsonr", defined([&] { return st::pearson(p.numbers, p.predicted_numbers).value; })},
          {"r2", defined([&] { return st::r2(p.numbers, p.predicted_numbers); })},
          {"rmse", std::sqrt(st::mean_squared_error(p.numbers, p.predicted_numbers))}};
}

}  // namespace

std::map<std::string, double> headline_scores(const TablePredictions& p) {
  if (p.kind == PredictionKind::regression) return number_scores(p);
  return p.kind == PredictionKind::multilabel ? label_scores(p) : class_scores(p);
}

std::vector<std::string> headline_names(PredictionKind kind) {
  switch (kind) {
    case PredictionKind::binary:
      return {"matthews_corrcoef", "accuracy", "balanced_accuracy", "f1", "roc_auc", "average_precision"};
    case PredictionKind::multiclass: return {"matthews_corrcoef", "accuracy", "balanced_accuracy", "f1_macro"};
    case PredictionKind::multilabel:
      return {"average_precision_micro", "average_precision_macro", "f1_micro", "f1_macro", "fmax"};
    case PredictionKind::regression: break;
  }
  return {"spearmanr", "pearsonr", "r2", "rmse"};
}

double deciding_score(const TablePredictions& p) {
  double value = 0;
  if (p.kind == PredictionKind::regression)
    value = defined([&] { return st::spearman(p.numbers, p.predicted_numbers).value; });
  else if (p.kind == PredictionKind::multilabel)
    value = defined([&] { return st::average_precision(matrix(p, p.truth), p.scores, st::LabelAverage::micro); });
  else
    value = st::Confusion(p.truth, p.predicted).matthews_correlation();
  return std::isnan(value) ? 0 : value;
}

std::string plain_score_name(const std::string& name) {
  static const std::map<std::string, std::string> words{
      {"matthews_corrcoef", "Matthews correlation"},
      {"accuracy", "accuracy"},
      {"balanced_accuracy", "balanced accuracy"},
      {"f1", "F1"},
      {"f1_macro", "F1, mean over classes"},
      {"f1_micro", "F1, all labels together"},
      {"roc_auc", "AUROC"},
      {"average_precision", "average precision"},
      {"average_precision_micro", "average precision, all labels together"},
      {"average_precision_macro", "average precision, mean over labels"},
      {"fmax", "Fmax"},
      {"spearmanr", "Spearman correlation"},
      {"pearsonr", "Pearson correlation"},
      {"r2", "R²"},
      {"rmse", "root mean squared error"}};
  const auto found = words.find(name);
  return found == words.end() ? name : found->second;
}

}  // namespace groel::tasks
