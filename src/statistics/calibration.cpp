// Bins probabilities, and finds the temperature by golden-section search.
#include "statistics/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace groel::statistics {
namespace {

void check_probabilities(Labels truth, Scores probabilities) {
  if (truth.size() != probabilities.size() || truth.empty())
    throw Error(ErrorKind::bad_input,
                fmt::format("{} true values and {} scores cannot be compared", truth.size(), probabilities.size()));
  for (const double p : probabilities)
    if (!(p >= 0 && p <= 1)) throw Error(ErrorKind::bad_input, fmt::format("{} is no probability", p));
}

// Both classes' probabilities, [n, 2].
std::vector<double> both(Scores probability_of_1) {
  std::vector<double> out;
  for (const double p : probability_of_1) {
    out.push_back(1 - p);
    out.push_back(p);
  }
  return out;
}

// The minimum of a function with one valley, within [low, high].
template <class Function>
double lowest(double low, double high, const Function& function) {
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double a = high - ratio * (high - low), b = low + ratio * (high - low);
  double at_a = function(a), at_b = function(b);
  while (high - low > 1e-9) {
    if (at_a <= at_b) {
      high = b;
      b = a;
      at_b = at_a;
      at_a = function(a = high - ratio * (high - low));
    } else {
      low = a;
      a = b;
      at_a = at_b;
      at_b = function(b = low + ratio * (high - low));
    }
  }
  return (low + high) / 2;
}

}  // namespace

Reliability reliability(Labels came_true, Scores probabilities, std::int64_t bins) {
  check_probabilities(came_true, probabilities);
  if (bins < 1) throw Error(ErrorKind::usage, "a reliability curve has one bin at least");
  Reliability out;
  const auto count = static_cast<double>(bins);
  for (std::int64_t b = 0; b < bins; ++b)
    out.bins.push_back({static_cast<double>(b) / count, static_cast<double>(b + 1) / count, 0, 0, 0});
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    ReliabilityBin& bin =
        out.bins[std::min(static_cast<std::size_t>(probabilities[i] * count), static_cast<std::size_t>(bins) - 1)];
    ++bin.count;
    bin.confidence += probabilities[i];
    bin.observed += came_true[i] == 1 ? 1 : 0;
  }
  for (ReliabilityBin& bin : out.bins) {
    const auto members = static_cast<double>(bin.count);
    bin.confidence = bin.count > 0 ? bin.confidence / members : NAN;
    bin.observed = bin.count > 0 ? bin.observed / members : NAN;
    if (bin.count == 0) continue;
    const double error = std::abs(bin.confidence - bin.observed);
    out.expected_error += error * members / static_cast<double>(probabilities.size());
    out.largest_error = std::max(out.largest_error, error);
  }
  return out;
}

Confidence confidence_of(const ClassScores& probabilities) {
  Confidence out;
  const auto classes = static_cast<std::size_t>(probabilities.classes);
  for (std::size_t i = 0; i < probabilities.truth.size(); ++i) {
    const double* row = probabilities.scores.data() + i * classes;
    const double* best = std::max_element(row, row + classes);
    out.right.push_back(best - row == probabilities.truth[i] ? 1 : 0);
    out.probability.push_back(*best);
  }
  return out;
}

std::vector<double> tempered(const ClassScores& probabilities, double temperature) {
  std::vector<double> out(probabilities.scores.begin(), probabilities.scores.end());
  const auto classes = static_cast<std::size_t>(probabilities.classes);
  for (std::size_t row = 0; row < out.size(); row += classes) {
    const double highest = *std::max_element(out.begin() + static_cast<std::ptrdiff_t>(row),
                                             out.begin() + static_cast<std::ptrdiff_t>(row + classes));
    double sum = 0;
    for (std::size_t c = row; c < row + classes; ++c) sum += out[c] = std::pow(out[c] / highest, 1 / temperature);
    for (std::size_t c = row; c < row + classes; ++c) out[c] /= sum;
  }
  return out;
}

std::vector<double> tempered(Scores probability_of_1, double temperature) {
  const std::vector<double> classes = both(probability_of_1);
  const std::vector<double> all = tempered(ClassScores{{}, classes, 2}, temperature);
  std::vector<double> out;
  for (std::size_t i = 1; i < all.size(); i += 2) out.push_back(all[i]);
  return out;
}

double temperature_of(const ClassScores& probabilities) {
  // Log loss is convex in 1 / T, and so has one valley over log T.
  const double best = lowest(std::log(0.01), std::log(100.0), [&](double log_temperature) {
    return log_loss(
        ClassScores{probabilities.truth, tempered(probabilities, std::exp(log_temperature)), probabilities.classes});
  });
  return std::exp(best);
}

double temperature_of(Labels truth, Scores probability_of_1) {
  check_probabilities(truth, probability_of_1);
  const std::vector<double> classes = both(probability_of_1);
  return temperature_of(ClassScores{truth, classes, 2});
}

}  // namespace groel::statistics
