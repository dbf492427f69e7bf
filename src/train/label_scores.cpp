// Computes scores from predictions.
#include "train/label_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/json_numbers.h"
#include "statistics/multilabel.h"
#include "statistics/ranking.h"
#include "statistics/regression.h"

namespace groel::train {
namespace {

using models::Classification;
using models::Problem;
using nlohmann::ordered_json;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

// A score that the data may leave undefined.
template <class Score>
double or_nothing(const Score& score) {
  try {
    return score();
  } catch (const Error&) {
    return kNothing;
  }
}

// Of those that are numbers.
double mean(const std::vector<double>& values) {
  double sum = 0;
  int count = 0;
  for (const double value : values)
    if (!std::isnan(value)) sum += value, ++count;
  return count > 0 ? sum / count : kNothing;
}

// One class against all others.
struct OneClass {
  std::vector<std::int64_t> truth, predicted;
  std::vector<double> scores;

  statistics::PrecisionRecall precision_recall() const {
    return statistics::precision_recall(statistics::class_counts(truth, predicted, 1));
  }
  double auroc() const {
    return or_nothing([&] { return statistics::roc_auc(truth, scores); });
  }
  double mcc() const { return statistics::Confusion(truth, predicted).matthews_correlation(); }
  ordered_json row(const std::string& name) const {
    const statistics::PrecisionRecall counts = precision_recall();
    const auto examples = std::count(truth.begin(), truth.end(), 1);
    return {{"class", name},           {"examples", examples}, {"precision", counts.precision},
            {"recall", counts.recall}, {"f1", counts.f1},      {"auroc", number_or_null(auroc())}};
  }
};

class ClassScores {
 public:
  ClassScores(const Predictions& all, const Classification& classes)
      : all_(all),
        single_(classes.problem == Problem::single_label),
        count_(static_cast<std::int64_t>(all.values.size()) / all.columns) {
    if (single_) softmax_all();
    for (std::int64_t c = 0; c < all.columns; ++c) classes_.push_back(one(c));
  }

  const std::vector<OneClass>& classes() const { return classes_; }
  std::vector<std::int64_t> truth() const { return {all_.truth.begin(), all_.truth.end()}; }
  const std::vector<std::int64_t>& best() const { return best_; }

  double subset_accuracy() const {
    std::int64_t right = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count_); ++i)
      right += std::all_of(classes_.begin(), classes_.end(),
                           [i](const OneClass& c) { return c.truth[i] == c.predicted[i]; });
    return static_cast<double>(right) / static_cast<double>(count_);
  }
  template <class Score>
  double mean_of(const Score& score) const {
    std::vector<double> values;
    for (const OneClass& c : classes_) values.push_back(score(c));
    return mean(values);
  }
  // Of the classes that occur, in the truth or the predictions, as scikit-learn's macro average.
  double f1() const {
    return mean_of([&](const OneClass& c) {
      const auto occurs = [](const std::vector<std::int64_t>& v) { return std::count(v.begin(), v.end(), 1) > 0; };
      return single_ && !occurs(c.truth) && !occurs(c.predicted) ? kNothing : c.precision_recall().f1;
    });
  }

 private:
  void softmax_all() {
    probabilities_ = all_.values;
    for (std::int64_t i = 0; i < count_; ++i) {
      const auto begin = probabilities_.begin() + i * all_.columns;
      const auto top = std::max_element(begin, begin + all_.columns);
      best_.push_back(top - begin);
      const double highest = *top;
      double sum = 0;
      for (auto it = begin; it != begin + all_.columns; ++it) sum += * it = std::exp(*it - highest);
      for (auto it = begin; it != begin + all_.columns; ++it) *it /= sum;
    }
  }

  OneClass one(std::int64_t c) const {
    OneClass out;
    for (std::int64_t i = 0; i < count_; ++i) {
      const auto at = static_cast<std::size_t>(i * all_.columns + c);
      const auto row = static_cast<std::size_t>(i);
      out.truth.push_back(single_ ? all_.truth[row] == static_cast<double>(c) : all_.truth[at] > 0.5);
      out.predicted.push_back(single_ ? best_[row] == c : all_.values[at] > 0);
      out.scores.push_back(single_ ? probabilities_[at] : all_.values[at]);
    }
    return out;
  }

  const Predictions& all_;
  bool single_;
  std::int64_t count_;
  std::vector<double> probabilities_;
  std::vector<std::int64_t> best_;
  std::vector<OneClass> classes_;
};

void add_class_scores(Scores& scores, const Predictions& all, const Classification& classes) {
  const ClassScores of(all, classes);
  const auto add = [&](const char* name, double value) { scores.named.emplace_back(name, value); };
  const double auroc = of.mean_of([](const OneClass& c) { return c.auroc(); });
  add("accuracy", scores.accuracy);
  if (classes.problem == Problem::single_label) {
    const statistics::Confusion confusion(of.truth(), of.best());
    add("balanced_accuracy", confusion.balanced_accuracy());
    add("f1", of.f1());
    add("mcc", confusion.matthews_correlation());
  } else {
    add("subset_accuracy", of.subset_accuracy());
    add("f1", of.f1());
    add("mcc", of.mean_of([](const OneClass& c) { return c.mcc(); }));
  }
  add("auroc", auroc);
  for (std::size_t c = 0; c < classes.labels.size(); ++c)
    scores.classes.push_back(of.classes()[c].row(classes.labels[c]));
}

void add_number_scores(Scores& scores, const Predictions& all, const Classification& classes) {
  std::vector<std::vector<double>> each(5);
  const char* const names[] = {"spearman", "pearson", "rmse", "mae", "r2"};
  for (std::size_t c = 0; c < classes.labels.size(); ++c) {
    std::vector<double> truth, predicted;
    for (std::size_t at = c; at < all.values.size(); at += static_cast<std::size_t>(all.columns)) {
      truth.push_back(all.truth[at]);
      predicted.push_back(all.values[at]);
    }
    const double values[] = {or_nothing([&] { return statistics::spearman(truth, predicted).value; }),
                             or_nothing([&] { return statistics::pearson(truth, predicted).value; }),
                             std::sqrt(statistics::mean_squared_error(truth, predicted)),
                             statistics::mean_absolute_error(truth, predicted), statistics::r2(truth, predicted)};
    ordered_json row{{"class", classes.labels[c]}, {"examples", truth.size()}};
    for (std::size_t i = 0; i < each.size(); ++i) {
      each[i].push_back(values[i]);
      row[names[i]] = number_or_null(values[i]);
    }
    scores.classes.push_back(row);
  }
  for (std::size_t i = 0; i < each.size(); ++i) scores.named.emplace_back(names[i], mean(each[i]));
}

}  // namespace

std::vector<std::string> label_score_names(const Classification& classes) {
  switch (classes.problem) {
    case Problem::single_label: return {"loss", "accuracy", "balanced_accuracy", "f1", "mcc", "auroc"};
    case Problem::multi_label: return {"loss", "accuracy", "subset_accuracy", "f1", "mcc", "auroc"};
    case Problem::regression: break;
  }
  return {"loss", "spearman", "pearson", "rmse", "mae", "r2"};
}

Scores label_scores(const LossSum& sum, const Classification& classes) {
  Scores scores{sum.mean(), 0, 0, sum.targets, {{"loss", sum.mean()}}, ordered_json::array()};
  if (sum.targets > 0) scores.accuracy = static_cast<double>(sum.correct) / static_cast<double>(sum.targets);
  if (sum.predictions.values.empty()) return scores;
  if (classes.problem == Problem::regression)
    add_number_scores(scores, sum.predictions, classes);
  else
    add_class_scores(scores, sum.predictions, classes);
  return scores;
}

}  // namespace groel::train
