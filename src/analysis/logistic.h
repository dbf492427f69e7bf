// Logistic regression with an L1 or L2 penalty, for data with many samples.
#pragma once

#include <cstdint>
#include <vector>

namespace groel::analysis {

/// features [samples, width] row-major, and a 0 or 1 for each sample.
struct LogisticData {
  std::int64_t width = 0;
  std::vector<float> features;
  std::vector<std::uint8_t> labels;

  std::int64_t samples() const { return static_cast<std::int64_t>(labels.size()); }
};

struct LogisticOptions {
  enum class Penalty { l1, l2 } penalty = Penalty::l1;
  double inverse_strength = 0.15;  ///< scikit-learn's C: the loss summed over samples is multiplied by it
  int iterations = 100;            ///< Newton steps at most
  double tolerance = 1e-7;         ///< of the objective, as a part of it
};

struct LogisticModel {
  std::vector<double> weights;
  double bias = 0;       ///< without penalty
  double objective = 0;  ///< C Σ log-loss + penalty
  int iterations = 0;
};

/// Minimises C Σ log(1 + exp(-y f)) + Σ|w| (l1) or + Σ w²/2 (l2) by Newton's steps, each solved by coordinate descent
/// (Friedman et al. 2010), from all weights 0. The same bits for any number of threads. Errors: usage for samples of
/// one label alone, and for a C that is not positive.
LogisticModel fit_logistic(const LogisticData& data, const LogisticOptions& options);

/// The C below which an l1 fit has no weight but 0; infinite where no feature tells the labels apart at all. Errors:
/// usage for samples of one label alone.
double least_inverse_strength(const LogisticData& data);

}  // namespace groel::analysis
