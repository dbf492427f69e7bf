// Scores of predicted numbers, with scipy's and scikit-learn's definitions.
#pragma once

#include <span>
#include <vector>

namespace groel::statistics {

using Numbers = std::span<const double>;

/// A correlation and the probability of one at least as far from 0 between unrelated numbers (two-sided); NaN where a
/// side is constant, or where the number of pairs leaves it undefined.
struct Correlation {
  double value = 0;
  double p = 0;
};

/// Errors of all: bad_input when the lengths differ, or are below 2 (correlations) or 1; of those by rank (spearman,
/// kendall_tau) also where a value is NaN.
Correlation pearson(Numbers x, Numbers y);
Correlation spearman(Numbers x, Numbers y);
/// Tau-b. O(n log n).
double kendall_tau(Numbers x, Numbers y);

double mean_squared_error(Numbers truth, Numbers predicted);
double mean_absolute_error(Numbers truth, Numbers predicted);
/// Part of the variance explained; a constant truth gives 1 when it is met and 0 otherwise; one pair gives NaN.
double r2(Numbers truth, Numbers predicted);

/// Ranks from 1; equal values share the mean of theirs. Errors: bad_input where one is NaN.
std::vector<double> ranks(Numbers values);

/// The regularised incomplete beta function I_x(a, b), a and b above 0.
double incomplete_beta(double a, double b, double x);

}  // namespace groel::statistics
