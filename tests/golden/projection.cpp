// t-SNE and principal components, against scikit-learn's.
#include <algorithm>
#include <cmath>

#include "analysis/affinities.h"
#include "analysis/pca.h"
#include "analysis/tsne.h"
#include "base/error.h"
#include "golden/kind.h"

namespace groel::golden {
namespace {

using namespace analysis;

constexpr double kProbability = 1e-6;  // largest difference
constexpr double kVariance = 1e-9;     // relative
constexpr double kScore = 1e-5;        // largest difference
constexpr double kDivergence = 1.05;   // of the worst of scikit-learn's seeds; random starts end in different places
constexpr double kTooGood = 2;         // the best of its seeds by ours

bool knows(const Case& golden) {
  return golden.inputs().is_object() && golden.has("X") &&
         (golden.inputs().contains("runs") || golden.has("pca.scores")) &&
         (!golden.names("joint_P.").empty() || golden.has("pca.scores"));
}

Vectors vectors_of(const Case& golden) {
  const auto& shape = golden.shape("X");
  return {shape.at(0), shape.at(1), golden.values("X")};
}

// joint_P.perpK: every pair of different rows.
void check_affinities(const Case& golden, const Vectors& x, Rows& rows) {
  const auto all = nearest_others(x, x.rows - 1, Metric::euclidean);
  const auto n = static_cast<std::size_t>(x.rows);
  Worst worst, sums;
  for (const std::string& name : golden.names("joint_P.perp")) {
    const Affinities found = joint_probabilities(all, std::stod(name.substr(std::string("joint_P.perp").size())));
    const std::vector<double> expected = golden.numbers(name);
    if (found.columns.size() != n * (n - 1) || expected.size() != n * n)
      throw Error(ErrorKind::bad_input, name + " is not of all pairs");
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (auto at = static_cast<std::size_t>(found.starts[i]); at < static_cast<std::size_t>(found.starts[i + 1]);
           ++at) {
        const auto j = static_cast<std::size_t>(found.columns[at]);
        worst.add("joint probabilities, difference", std::abs(found.values[at] - expected[i * n + j]), name);
        sum += found.values[at];
      }
    sums.add("sum of joint probabilities, difference from 1", std::abs(sum - 1), name);
  }
  worst.write(rows, "", kProbability);
  sums.write(rows, "", 1e-12);
}

void check_divergence(const Case& golden, const Vectors& x, Rows& rows) {
  Worst worst, too_good;
  for (const auto& run : golden.inputs()["runs"]) {
    TsneOptions options;
    options.perplexity = run.at("perplexity");
    options.start = run.at("init") == "pca" ? TsneOptions::Start::pca : TsneOptions::Start::random;
    options.angle = run.at("method") == "exact" ? 0 : 0.5;
    const double divergence = tsne(x, options).divergence;
    const std::vector<double> theirs = run.at("kl_divergence_seeds_42_1_2");
    worst.add("t-SNE's divergence by their worst", divergence / *std::max_element(theirs.begin(), theirs.end()),
              run.dump());
    too_good.add("t-SNE's divergence, their best by ours", *std::min_element(theirs.begin(), theirs.end()) / divergence,
                 run.dump());
  }
  worst.write(rows, "", kDivergence);
  too_good.write(rows, "", kTooGood);
}

// Both columns in the sign in which theirs has its largest score positive.
double score_difference(const Vectors& ours, const std::vector<double>& theirs, std::size_t column) {
  const auto width = static_cast<std::size_t>(ours.width);
  double worst = 0, same = 0, opposite = 0;
  for (std::size_t at = column; at < theirs.size(); at += width) {
    same = std::max(same, std::abs(static_cast<double>(ours.values[at]) - theirs[at]));
    opposite = std::max(opposite, std::abs(static_cast<double>(ours.values[at]) + theirs[at]));
    worst = std::min(same, opposite);
  }
  return worst;
}

void check_components(const Case& golden, const Vectors& x, Rows& rows) {
  const std::int64_t count = golden.shape("pca.scores").at(1);
  const Components found = principal_components(x, count);
  const auto scores = golden.numbers("pca.scores");
  const auto variance = golden.numbers("pca.explained_variance");
  const auto fraction = golden.numbers("pca.explained_variance_ratio");
  Worst variances, differences;
  for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c) {
    const std::string where = fmt::format("component {}", c);
    variances.add("variance of components", std::abs(found.variance[c] / variance.at(c) - 1), where);
    variances.add("their part of it, difference", std::abs(found.variance_fraction[c] - fraction.at(c)), where);
    differences.add("scores of components, difference", score_difference(found.scores, scores, c), where);
  }
  variances.write(rows, "", kVariance);
  differences.write(rows, "", kScore);
}

void check(const Case& golden, Rows& rows) {
  const Vectors x = vectors_of(golden);
  if (!golden.names("joint_P.perp").empty()) check_affinities(golden, x, rows);
  if (golden.inputs().contains("runs")) check_divergence(golden, x, rows);
  if (golden.has("pca.scores")) check_components(golden, x, rows);
}

}  // namespace

Kind projection_kind() { return {"projection", knows, check}; }

}  // namespace groel::golden
