// The sheets of scores of one class and of several classes.
#include "base/error.h"
#include "statistics/sheets.h"

namespace groel::statistics {
namespace {

using nlohmann::ordered_json;

ordered_json numbers(const std::vector<double>& values) {
  ordered_json out = ordered_json::array();
  for (const double value : values) out.push_back(std::isnan(value) ? ordered_json() : ordered_json(value));
  return out;
}

void add_curves(ScoreSheet& sheet, const BinaryScores& input) {
  const RocCurve roc = roc_curve(input.truth, input.scores);
  sheet.put_list("roc_curve", {{"fpr", numbers(roc.false_positive_rate)},
                               {"tpr", numbers(roc.true_positive_rate)},
                               {"n_thresholds", roc.true_positive_rate.size()}});
  const PrecisionRecallCurve curve = precision_recall_curve(input.truth, input.scores);
  sheet.put_list("pr_curve", {{"precision", numbers(curve.precision)}, {"recall", numbers(curve.recall)}});
}

}  // namespace

void add_binary_scores(ScoreSheet& sheet, const BinaryScores& input, Detail detail) {
  sheet.compute("roc_auc", [&] { return roc_auc(input.truth, input.scores); });
  sheet.compute("average_precision", [&] { return average_precision(input.truth, input.scores); });
  if (std::count(input.truth.begin(), input.truth.end(), 1) == 0)
    sheet.undefined("average_precision", "0 is taken, as there is no positive");
  sheet.compute("log_loss", [&] { return log_loss(input.truth, input.probabilities); });
  sheet.compute("brier", [&] { return brier_score(input.truth, input.probabilities); });
  if (detail == Detail::curves_and_lists) add_curves(sheet, input);
}

void add_class_scores(ScoreSheet& sheet, const ClassScores& input) {
  const auto area = [&](const std::string& name, Pairing pairing, Weighting weighting) {
    sheet.compute(name, [&, pairing, weighting] { return roc_auc(input, pairing, weighting); });
  };
  area("roc_auc_ovr_macro", Pairing::one_vs_rest, Weighting::macro);
  area("roc_auc_ovr_weighted", Pairing::one_vs_rest, Weighting::by_prevalence);
  sheet.compute("roc_auc_ovr_micro", [&] { return roc_auc_micro(input); });
  area("roc_auc_ovo_macro", Pairing::one_vs_one, Weighting::macro);
  area("roc_auc_ovo_weighted", Pairing::one_vs_one, Weighting::by_prevalence);
  sheet.compute("log_loss", [&] { return log_loss(input); });
  if (input.classes > 2) sheet.compute("top2_accuracy", [&] { return top_k_accuracy(input, 2); });
}

}  // namespace groel::statistics
