// Whether probabilities mean what they say: reliability, expected calibration error, and the temperature that mends it.
#pragma once

#include "statistics/ranking.h"

namespace groel::statistics {

/// Predictions whose probability lies in [low, high) (the last bin has its end, too).
struct ReliabilityBin {
  double low = 0, high = 0;
  std::int64_t count = 0;
  double confidence = 0;  ///< mean probability; NaN where the bin is empty
  double observed = 0;    ///< part that came true; NaN likewise
};

struct Reliability {
  std::vector<ReliabilityBin> bins;
  double expected_error = 0;  ///< mean of |confidence - observed| over the predictions (ECE)
  double largest_error = 0;   ///< over the bins (MCE)
};

/// `came_true` is 1 where what the probability was given for is so. Errors: bad_input when lengths differ or are 0, or
/// for a probability outside [0, 1]; usage for fewer than 1 bin.
Reliability reliability(Labels came_true, Scores probabilities, std::int64_t bins);

/// What the highest of several classes' probabilities claims, and whether it is right: for `reliability`.
struct Confidence {
  std::vector<std::int64_t> right;
  std::vector<double> probability;
};
Confidence confidence_of(const ClassScores& probabilities);

/// The temperature T at which softmax(log p / T) has the least log loss: above 1 the probabilities were too sure.
/// Probabilities of one class are those of it and of its contrary. It is at least 0.01 and at most 100.
double temperature_of(const ClassScores& probabilities);
double temperature_of(Labels truth, Scores probability_of_1);
/// Probabilities after a temperature.
std::vector<double> tempered(const ClassScores& probabilities, double temperature);
std::vector<double> tempered(Scores probability_of_1, double temperature);

}  // namespace groel::statistics
