// Computes t-SNE's affinities: finds the width of each Gaussian by bisection, then divides P + Pᵀ by its sum.
#include "analysis/affinities.h"

#include <algorithm>
#include <cmath>

#include "base/threads.h"

namespace groel::analysis {
namespace {

constexpr int kSteps = 100;
constexpr double kTolerance = 1e-5;  // of the entropy, in nats

// Weights exp(-b (d² - least)) over their sum, and their entropy. Taking the least off changes nothing but underflow.
double weigh(const std::vector<double>& squared, double least, double precision, std::vector<double>& weights) {
  double sum = 0;
  double moment = 0;
  for (std::size_t i = 0; i < squared.size(); ++i) {
    weights[i] = std::exp(-precision * (squared[i] - least));
    sum += weights[i];
    moment += weights[i] * (squared[i] - least);
  }
  for (double& weight : weights) weight /= sum;
  return std::log(sum) + precision * moment / sum;
}

std::vector<double> conditional(const std::vector<Neighbour>& row, double perplexity) {
  std::vector<double> squared;
  for (const auto& other : row) squared.push_back(other.distance * other.distance);
  std::vector<double> weights(row.size());
  if (row.empty()) return weights;
  const double least = *std::min_element(squared.begin(), squared.end());
  const double wanted = std::log(perplexity);
  double precision = 1;
  double low = 0;
  double high = INFINITY;
  for (int step = 0; step < kSteps; ++step) {
    const double excess = weigh(squared, least, precision, weights) - wanted;
    if (std::abs(excess) <= kTolerance) break;
    (excess > 0 ? low : high) = precision;
    precision = std::isinf(high) ? precision * 2 : (low + high) / 2;
  }
  return weights;
}

struct Entry {
  std::int64_t column;
  double value;
};

}  // namespace

Affinities joint_probabilities(const std::vector<std::vector<Neighbour>>& neighbours, double perplexity) {
  const std::size_t rows = neighbours.size();
  std::vector<std::vector<double>> weights(rows);
  parallel_for(static_cast<std::int64_t>(rows), [&](std::int64_t r) {
    const auto i = static_cast<std::size_t>(r);
    weights[i] = conditional(neighbours[i], perplexity);
  });
  std::vector<std::vector<Entry>> entries(rows);
  double sum = 0;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t n = 0; n < neighbours[i].size(); ++n) {
      const auto j = static_cast<std::size_t>(neighbours[i][n].row);
      entries[i].push_back({static_cast<std::int64_t>(j), weights[i][n]});
      entries[j].push_back({static_cast<std::int64_t>(i), weights[i][n]});
      sum += 2 * weights[i][n];
    }
  Affinities out{{0}, {}, {}};
  for (auto& row : entries) {
    std::stable_sort(row.begin(), row.end(), [](const Entry& a, const Entry& b) { return a.column < b.column; });
    for (const auto& entry : row) {
      const bool same =
          static_cast<std::int64_t>(out.columns.size()) > out.starts.back() && out.columns.back() == entry.column;
      if (same) {
        out.values.back() += entry.value / sum;
      } else {
        out.columns.push_back(entry.column);
        out.values.push_back(entry.value / sum);
      }
    }
    out.starts.push_back(static_cast<std::int64_t>(out.columns.size()));
  }
  return out;
}

}  // namespace groel::analysis
