// The sheet of several labels at once.
#include "base/error.h"
#include "base/words.h"
#include "statistics/sheets.h"

namespace groel::statistics {
namespace {

constexpr std::pair<const char*, LabelAverage> kAverages[] = {{"micro", LabelAverage::micro},
                                                              {"macro", LabelAverage::macro},
                                                              {"weighted", LabelAverage::weighted},
                                                              {"samples", LabelAverage::samples}};

struct Empty {
  std::int64_t labels = 0, samples = 0;
};

// Labels and samples without any 1.
Empty empty_of(const LabelMatrix& matrix) {
  const auto columns = static_cast<std::size_t>(matrix.labels);
  std::vector<bool> label(columns);
  Empty out{matrix.labels, 0};
  for (std::size_t row = 0; row * columns < matrix.values.size(); ++row) {
    bool any = false;
    for (std::size_t c = 0; c < columns; ++c) {
      if (matrix.values[row * columns + c] == 0) continue;
      any = true;
      if (!label[c]) --out.labels;
      label[c] = true;
    }
    out.samples += any ? 0 : 1;
  }
  return out;
}

void say_zeros(ScoreSheet& sheet, const std::string& score, const Empty& empty, const char* lacks) {
  if (empty.labels > 0)
    sheet.undefined(fmt::format("{}_macro, {}_weighted", score, score),
                    fmt::format("0 is taken for {} {}", counted(empty.labels, "label"), lacks));
  if (empty.samples > 0)
    sheet.undefined(score + "_samples", fmt::format("0 is taken for {} {}", counted(empty.samples, "row"), lacks));
}

void add_predicted(ScoreSheet& sheet, const LabelPredictions& input) {
  sheet.put("subset_accuracy", subset_accuracy(input.truth, input.predicted));
  sheet.put("hamming_loss", hamming_loss(input.truth, input.predicted));
  for (const auto& [name, average] : kAverages) {
    const PrecisionRecall scores = precision_recall(input.truth, input.predicted, average);
    sheet.put(fmt::format("precision_{}", name), scores.precision);
    sheet.put(fmt::format("recall_{}", name), scores.recall);
    sheet.put(fmt::format("f1_{}", name), scores.f1);
  }
  say_zeros(sheet, "precision", empty_of(input.predicted), "that no prediction names");
  say_zeros(sheet, "recall", empty_of(input.truth), "without a true one");
}

}  // namespace

void add_labels(ScoreSheet& sheet, const LabelPredictions& input) {
  if (!input.predicted.values.empty()) add_predicted(sheet, input);
  if (input.scores.empty()) return;
  for (const auto& [name, average] : kAverages)
    sheet.compute(fmt::format("roc_auc_{}", name),
                  [&, average = average] { return roc_auc(input.truth, input.scores, average); });
  const DefinedMean defined = roc_auc_of_defined(input.truth, input.scores);
  sheet.put("roc_auc_macro_defined", defined.value, "every label has one class alone");
  sheet.put_list("roc_auc_defined_labels", defined.count);
  for (const auto& [name, average] : kAverages)
    sheet.compute(fmt::format("average_precision_{}", name),
                  [&, average = average] { return average_precision(input.truth, input.scores, average); });
  say_zeros(sheet, "average_precision", empty_of(input.truth), "without a true one");
}

}  // namespace groel::statistics
