// Scores rows and columns of a matrix of labels.
#include "tasks/judge/per_protein.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "statistics/ranking.h"

namespace groel::tasks {
namespace {

namespace st = statistics;

// One protein's labels, or one label's proteins.
struct Strip {
  std::vector<std::int64_t> truth, predicted;
  std::vector<double> scores;

  double both(std::int64_t is, std::int64_t said) const {
    double count = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) count += truth[i] == is && predicted[i] == said ? 1 : 0;
    return count;
  }
  bool one_kind() const { return std::count(truth.begin(), truth.end(), truth[0]) == std::ssize(truth); }
};

Strip strip_of(const TablePredictions& p, std::size_t begin, std::size_t step, std::size_t count) {
  Strip out;
  for (std::size_t i = 0, at = begin; i < count; ++i, at += step) {
    out.truth.push_back(p.truth[at]);
    out.predicted.push_back(p.predicted[at]);
    out.scores.push_back(p.scores[at]);
  }
  return out;
}

double quotient(double part, double whole) { return whole > 0 ? part / whole : 0; }

std::map<std::string, double> scores_of(const Strip& of) {
  const double hits = of.both(1, 1), positives = hits + of.both(1, 0), said = hits + of.both(0, 1);
  const bool ranked = positives > 0 && !of.one_kind();
  return {{"accuracy", quotient(hits + of.both(0, 0), static_cast<double>(of.truth.size()))},
          {"precision", quotient(hits, said)},
          {"recall", quotient(hits, positives)},
          {"average_precision", positives > 0 ? st::average_precision(of.truth, of.scores) : 0},
          {"roc_auc", ranked ? st::roc_auc(of.truth, of.scores) : 0}};
}

}  // namespace

std::map<std::string, double> protein_scores(const TablePredictions& p) {
  std::map<std::string, double> out;
  const std::size_t labels = p.classes.size();
  for (std::size_t row = 0; row < p.rows; ++row)
    for (const auto& [name, value] : scores_of(strip_of(p, row * labels, 1, labels))) out[name] += value;
  for (auto& [name, value] : out) value /= static_cast<double>(p.rows);
  return out;
}

const std::vector<std::string>& protein_score_names() {
  static const std::vector<std::string> names{"accuracy", "recall", "precision", "average_precision", "roc_auc"};
  return names;
}

std::vector<double> label_precision(const TablePredictions& p) {
  std::vector<double> out;
  for (std::size_t label = 0; label < p.classes.size(); ++label) {
    const Strip of = strip_of(p, label, p.classes.size(), p.rows);
    const bool any = std::find(of.truth.begin(), of.truth.end(), 1) != of.truth.end();
    out.push_back(any ? st::average_precision(of.truth, of.scores) : std::nan(""));
  }
  return out;
}

}  // namespace groel::tasks
