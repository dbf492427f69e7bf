// Linear models with an L2 penalty: logistic regression of classes and of labels, ridge regression of numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/sparse_rows.h"

namespace groel::analysis {

/// What is learned: one class of several (softmax), a yes or no for each label (a logistic each), or numbers.
enum class LinearKind { classes, labels, numbers };

struct LinearTargets {
  LinearKind kind = LinearKind::classes;
  std::int64_t outputs = 0;               ///< classes, labels or numbers
  std::span<const std::int64_t> classes;  ///< [rows], each in [0, outputs); of kind `classes`
  std::span<const double> values;         ///< [rows, outputs], 0 and 1 or numbers; of the other kinds
};

struct LinearModelOptions {
  double inverse_strength = 1;  ///< scikit-learn's C; 1 / alpha of its Ridge
  int iterations = 100;         ///< of L-BFGS, at most; of every block of labels
  double tolerance = 1e-4;  ///< done when no slope of the mean loss is steeper, as a part of the steepest at the start
};

struct LinearModel {
  LinearKind kind = LinearKind::classes;
  std::int64_t width = 0, outputs = 0;
  std::vector<double> weights;  ///< [width, outputs]
  std::vector<double> biases;   ///< [outputs], without penalty
  int iterations = 0;           ///< the most that a block took
  bool converged = true;        ///< false: some block was stopped by `iterations`
};

/// Minimises C Σ loss + Σ w² / 2, as scikit-learn's LogisticRegression (multinomial; one model per label) and Ridge do,
/// from weights of 0 and the biases that fit best then. Labels are fitted in blocks of 16, classes and numbers
/// together. A label that all rows have, or none, has no finite best bias: its weights are 0 and its bias says (ones +
/// ½) to (others + ½). The same bits for any number of threads. Errors: usage, for no rows and for a C that is not
/// positive.
LinearModel fit_linear(const SparseRows& rows, const LinearTargets& targets, const LinearModelOptions& options);

/// [rows, outputs]: probabilities, or numbers.
std::vector<double> predict_linear(const LinearModel& model, const SparseRows& rows);

}  // namespace groel::analysis
