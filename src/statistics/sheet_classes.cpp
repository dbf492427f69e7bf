// The sheet of predicted classes.
#include <algorithm>

#include "base/error.h"
#include "base/words.h"
#include "statistics/sheets.h"

namespace groel::statistics {
namespace {

using nlohmann::ordered_json;

constexpr const char* kNames[] = {"precision", "recall", "f1"};

double part(const PrecisionRecall& scores, std::size_t which) {
  return which == 0 ? scores.precision : which == 1 ? scores.recall : scores.f1;
}

// Whether a class leaves precision, recall or F1 without a denominator.
bool is_undefined(const ClassCounts& counts, std::size_t which) {
  return which == 0 ? counts.predicted == 0 : which == 1 ? counts.truth == 0 : counts.predicted + counts.truth == 0;
}

const char* reason(std::size_t which) {
  return which == 0 ? "never predicted" : which == 1 ? "never true" : "neither true nor predicted";
}

void add_averages(ScoreSheet& sheet, const std::vector<ClassCounts>& classes) {
  for (const auto& [name, average] :
       {std::pair{"macro", Average::macro}, {"micro", Average::micro}, {"weighted", Average::weighted}}) {
    const PrecisionRecall scores = precision_recall(classes, average);
    for (std::size_t which = 0; which < 3; ++which)
      sheet.put(fmt::format("{}_{}", kNames[which], name), part(scores, which));
  }
  for (std::size_t which = 0; which < 3; ++which) {
    const auto count = std::count_if(classes.begin(), classes.end(),
                                     [&](const ClassCounts& counts) { return is_undefined(counts, which); });
    if (count > 0)
      sheet.undefined(fmt::format("{}_macro, {}_weighted, {}_per_class", kNames[which], kNames[which], kNames[which]),
                      fmt::format("0 is taken for {} that {} {}", counted(count, "class", "classes"),
                                  count == 1 ? "is" : "are", reason(which)));
  }
}

void add_positive(ScoreSheet& sheet, const ClassCounts& counts) {
  const PrecisionRecall scores = precision_recall(counts);
  for (std::size_t which = 0; which < 3; ++which) {
    const std::string name = fmt::format("{}_binary", kNames[which]);
    sheet.put(name, part(scores, which));
    if (is_undefined(counts, which))
      sheet.undefined(name, fmt::format("0 is taken, as the positive class is {}", reason(which)));
  }
}

void add_per_class(ScoreSheet& sheet, const std::vector<ClassCounts>& classes) {
  for (std::size_t which = 0; which < 3; ++which) {
    ordered_json list = ordered_json::array();
    for (const ClassCounts& counts : classes) list.push_back(part(precision_recall(counts), which));
    sheet.put_list(fmt::format("{}_per_class", kNames[which]), std::move(list));
  }
}

void add_agreement(ScoreSheet& sheet, const Confusion& confusion, const std::vector<ClassCounts>& classes) {
  sheet.put("accuracy", confusion.accuracy());
  sheet.put("balanced_accuracy", confusion.balanced_accuracy());
  sheet.put("matthews_corrcoef", confusion.matthews_correlation());
  sheet.put("cohen_kappa", confusion.cohen_kappa(), "one class alone is true and predicted");
  const auto never_true = std::count_if(classes.begin(), classes.end(), [](const auto& c) { return c.truth == 0; });
  const auto predicted = std::count_if(classes.begin(), classes.end(), [](const auto& c) { return c.predicted > 0; });
  if (never_true > 0)
    sheet.undefined("balanced_accuracy", fmt::format("{} that {} predicted but never true {} left out of the mean",
                                                     counted(never_true, "class", "classes"),
                                                     never_true == 1 ? "is" : "are", never_true == 1 ? "is" : "are"));
  if (predicted < 2 || static_cast<std::size_t>(never_true) + 1 >= classes.size())
    sheet.undefined("matthews_corrcoef", "0 is taken, as the truth or the prediction is one class alone");
}

}  // namespace

void add_classes(ScoreSheet& sheet, const PredictedClasses& input, Detail detail) {
  const Confusion confusion(input.truth, input.predicted);
  const std::vector<ClassCounts> classes = class_counts(confusion);
  add_agreement(sheet, confusion, classes);
  if (input.positive) add_positive(sheet, class_counts(input.truth, input.predicted, *input.positive));
  add_averages(sheet, classes);
  if (detail == Detail::numbers) return;
  add_per_class(sheet, classes);
  sheet.put_list("confusion_labels", confusion.labels());
  sheet.put_list("confusion_matrix", confusion.matrix());
}

}  // namespace groel::statistics
