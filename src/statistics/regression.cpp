// Computes correlations and errors of predicted numbers.
#include "statistics/regression.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace groel::statistics {
namespace {

void check(Numbers a, Numbers b, std::size_t least) {
  if (a.size() != b.size() || a.size() < least)
    throw Error(ErrorKind::bad_input, fmt::format("{} and {} numbers cannot be compared: at least {} pairs are needed",
                                                  a.size(), b.size(), least));
}

// Of what is compared by its order: NaN has no place in one.
void check_ordered(Numbers values) {
  if (std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); }))
    throw Error(ErrorKind::bad_input, "a value is not a number (NaN), and has no rank");
}

double mean(Numbers values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

bool constant(Numbers values) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == values[0]; });
}

std::vector<double> unit_vector(Numbers values) {
  const double middle = mean(values);
  std::vector<double> out;
  double squares = 0;
  for (const double value : values) {
    out.push_back(value - middle);
    squares += out.back() * out.back();
  }
  for (double& value : out) value /= std::sqrt(squares);
  return out;
}

double correlation(Numbers x, Numbers y) {
  if (constant(x) || constant(y)) return NAN;
  const auto a = unit_vector(x);
  const auto b = unit_vector(y);
  return std::clamp(std::inner_product(a.begin(), a.end(), b.begin(), 0.0), -1.0, 1.0);
}

// Ranks are halves of integers: sums of their products are exact, and equal orders give exactly 1.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  if (constant(a) || constant(b)) return NAN;
  const double middle = (static_cast<double>(a.size()) + 1) / 2;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - middle) * (b[i] - middle);
    aa += (a[i] - middle) * (a[i] - middle);
    bb += (b[i] - middle) * (b[i] - middle);
  }
  return std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0);
}

// Two-sided, of Student's t with `freedom` degrees at r sqrt(f / (1 - r²)): I_{1-r²}(f/2, 1/2).
double p_of(double r, double freedom) {
  if (std::isnan(r)) return NAN;
  return incomplete_beta(freedom / 2, 0.5, (1 - r) * (1 + r));
}

// Lentz's method on the continued fraction (Numerical Recipes, 6.4).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  const auto away = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / away(1 - (a + b) * x / (a + 1));
  double h = d;
  for (int m = 1; m <= 10'000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    h *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    h *= d * c;
    if (std::abs(d * c - 1) < 1e-16) break;
  }
  return h;
}

double pairs(double n) { return n * (n - 1) / 2; }

// Pairs that share a value, in a sequence in which equal values are neighbours.
template <class Same>
double tied_pairs(std::size_t count, const Same& same) {
  double ties = 0;
  std::size_t run = 1;
  for (std::size_t i = 1; i <= count; ++i) {
    if (i < count && same(i - 1, i)) {
      ++run;
      continue;
    }
    ties += pairs(static_cast<double>(run));
    run = 1;
  }
  return ties;
}

// Pairs out of order, by merge sort.
double inversions(std::vector<double>& values, std::vector<double>& spare, std::size_t begin, std::size_t end) {
  if (end - begin < 2) return 0;
  const std::size_t middle = (begin + end) / 2;
  double count = inversions(values, spare, begin, middle) + inversions(values, spare, middle, end);
  std::size_t left = begin, right = middle;
  for (std::size_t to = begin; to < end; ++to) {
    const bool take_left = right == end || (left < middle && values[left] <= values[right]);
    if (!take_left) count += static_cast<double>(middle - left);
    spare[to] = take_left ? values[left++] : values[right++];
  }
  std::copy(spare.begin() + static_cast<std::ptrdiff_t>(begin), spare.begin() + static_cast<std::ptrdiff_t>(end),
            values.begin() + static_cast<std::ptrdiff_t>(begin));
  return count;
}

// As std::lgamma, which writes the sign to a variable that all threads share.
double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

}  // namespace

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

std::vector<double> ranks(Numbers values) {
  check_ordered(values);
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> out(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t k = i; k < end; ++k) out[order[k]] = static_cast<double>(i + end + 1) / 2;
    i = end;
  }
  return out;
}

Correlation pearson(Numbers x, Numbers y) {
  check(x, y, 2);
  const double r = correlation(x, y);
  // Two points lie on a line.
  if (x.size() == 2) return {std::isnan(r) ? r : std::copysign(1.0, r), std::isnan(r) ? r : 1.0};
  return {r, p_of(r, static_cast<double>(x.size()) - 2)};
}

Correlation spearman(Numbers x, Numbers y) {
  check(x, y, 2);
  const double r = rank_correlation(ranks(x), ranks(y));
  return {r, x.size() == 2 ? NAN : p_of(r, static_cast<double>(x.size()) - 2)};
}

// Knight 1966: order by x, then count the exchanges that ordering by y takes.
double kendall_tau(Numbers x, Numbers y) {
  check(x, y, 2);
  check_ordered(x);
  check_ordered(y);
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return x[a] != x[b] ? x[a] < x[b] : y[a] < y[b]; });
  const auto same_x = [&](std::size_t i, std::size_t j) { return x[order[i]] == x[order[j]]; };
  const double x_ties = tied_pairs(x.size(), same_x);
  const double both_ties =
      tied_pairs(x.size(), [&](std::size_t i, std::size_t j) { return same_x(i, j) && y[order[i]] == y[order[j]]; });
  std::vector<double> by_x, spare(x.size());
  for (const std::size_t i : order) by_x.push_back(y[i]);
  const double discordant = inversions(by_x, spare, 0, by_x.size());
  const double y_ties = tied_pairs(y.size(), [&](std::size_t i, std::size_t j) { return by_x[i] == by_x[j]; });
  const double all = pairs(static_cast<double>(x.size()));
  if (all == x_ties || all == y_ties) return NAN;
  const double difference = all - x_ties - y_ties + both_ties - 2 * discordant;
  return std::clamp(difference / std::sqrt(all - x_ties) / std::sqrt(all - y_ties), -1.0, 1.0);
}

double mean_squared_error(Numbers truth, Numbers predicted) {
  check(truth, predicted, 1);
  double sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) sum += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
  return sum / static_cast<double>(truth.size());
}

double mean_absolute_error(Numbers truth, Numbers predicted) {
  check(truth, predicted, 1);
  double sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) sum += std::abs(truth[i] - predicted[i]);
  return sum / static_cast<double>(truth.size());
}

double r2(Numbers truth, Numbers predicted) {
  const double residual = mean_squared_error(truth, predicted) * static_cast<double>(truth.size());
  if (truth.size() < 2) return NAN;
  const double middle = mean(truth);
  double total = 0;
  for (const double value : truth) total += (value - middle) * (value - middle);
  if (total == 0) return residual == 0 ? 1 : 0;
  return 1 - residual / total;
}

}  // namespace groel::statistics
