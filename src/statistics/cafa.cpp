// Sums of true and predicted terms at a hundred thresholds at once.
#include "statistics/cafa.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"

namespace groel::statistics {
namespace {

constexpr std::size_t kSteps = 100;  // threshold k / 100, k from 1

// The highest k whose threshold a score reaches; 0: none.
std::size_t step_of(double score) {
  auto k = static_cast<std::size_t>(score * kSteps);
  while (k < kSteps && score >= static_cast<double>(k + 1) / kSteps) ++k;
  while (k > 0 && score < static_cast<double>(k) / kSteps) --k;
  return k;
}

// Weights of one protein's terms: all true ones, and at each threshold those predicted and those of them that are true.
struct Protein {
  double truth = 0;
  std::array<double, kSteps + 1> predicted{}, hits{};
};

Protein protein_of(const TermPredictions& input, std::size_t row) {
  Protein out;
  const auto terms = static_cast<std::size_t>(input.truth.labels);
  for (std::size_t t = 0; t < terms; ++t) {
    const double weight = input.information.empty() ? 1 : input.information[t];
    const bool is_true = input.truth.values[row * terms + t] != 0;
    const std::size_t step = step_of(input.scores[row * terms + t]);
    out.truth += is_true ? weight : 0;
    out.predicted[step] += weight;
    out.hits[step] += is_true ? weight : 0;
  }
  for (std::size_t k = kSteps; k-- > 1;) {  // what reaches a threshold reaches the lower ones
    out.predicted[k] += out.predicted[k + 1];
    out.hits[k] += out.hits[k + 1];
  }
  return out;
}

// Sums over proteins at one threshold.
struct Sums {
  double precision = 0, recall = 0, predicting = 0, missed = 0, wrong = 0;
};

struct AllSums {
  std::array<Sums, kSteps + 1> at{};
  double proteins = 0;  // with a true term
};

void check(const TermPredictions& input) {
  const auto terms = static_cast<std::size_t>(input.truth.labels);
  const bool fits = terms > 0 && !input.truth.values.empty() && input.truth.values.size() % terms == 0 &&
                    input.scores.size() == input.truth.values.size() &&
                    (input.information.empty() || input.information.size() == terms);
  if (!fits) throw Error(ErrorKind::bad_input, "true and predicted terms must be matrices of one shape");
  for (const double score : input.scores)
    if (!(score >= 0 && score <= 1)) throw Error(ErrorKind::bad_input, fmt::format("a score is {}, not 0 to 1", score));
}

AllSums sums_of(const TermPredictions& input) {
  check(input);
  AllSums out;
  const std::size_t rows = input.scores.size() / static_cast<std::size_t>(input.truth.labels);
  for (std::size_t row = 0; row < rows; ++row) {
    const Protein one = protein_of(input, row);
    if (one.truth <= 0) continue;
    ++out.proteins;
    for (std::size_t k = 1; k <= kSteps; ++k) {
      Sums& sums = out.at[k];
      if (one.predicted[k] > 0) {
        sums.precision += one.hits[k] / one.predicted[k];
        ++sums.predicting;
      }
      sums.recall += one.hits[k] / one.truth;
      sums.missed += one.truth - one.hits[k];
      sums.wrong += one.predicted[k] - one.hits[k];
    }
  }
  if (out.proteins == 0) throw Error(ErrorKind::bad_input, "no protein has a true term");
  return out;
}

}  // namespace

Fmax fmax(const TermPredictions& input) {
  const AllSums all = sums_of(input);
  Fmax best;
  for (std::size_t k = 1; k <= kSteps; ++k) {
    const Sums& sums = all.at[k];
    if (sums.predicting == 0) continue;
    const double precision = sums.precision / sums.predicting;
    const double recall = sums.recall / all.proteins;
    const double f = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
    if (f > best.f) best = {f, static_cast<double>(k) / kSteps, precision, recall, sums.predicting / all.proteins};
  }
  return best;
}

Smin smin(const TermPredictions& input) {
  const AllSums all = sums_of(input);
  Smin best{INFINITY, 0, 0, 0};
  for (std::size_t k = 1; k <= kSteps; ++k) {
    const double missed = all.at[k].missed / all.proteins, wrong = all.at[k].wrong / all.proteins;
    const double s = std::hypot(missed, wrong);
    if (s < best.s) best = {s, static_cast<double>(k) / kSteps, missed, wrong};
  }
  return best;
}

std::vector<double> information_content(const LabelMatrix& truth, std::span<const std::vector<std::size_t>> parents) {
  const auto terms = static_cast<std::size_t>(truth.labels);
  if (terms == 0 || truth.values.size() % terms != 0 || parents.size() != terms)
    throw Error(ErrorKind::bad_input, "terms and their parents must be as many as the labels");
  std::vector<double> with_parents(terms), with_term(terms);
  for (std::size_t row = 0; row * terms < truth.values.size(); ++row) {
    const auto has = [&](std::size_t term) { return truth.values[row * terms + term] != 0; };
    for (std::size_t t = 0; t < terms; ++t) {
      if (!std::all_of(parents[t].begin(), parents[t].end(), has)) continue;
      ++with_parents[t];
      with_term[t] += has(t) ? 1 : 0;
    }
  }
  std::vector<double> out;
  for (std::size_t t = 0; t < terms; ++t) {
    const double more = with_term[t] == 0 ? 1 : 0;
    out.push_back(with_parents[t] == 0 ? 0 : -std::log2((with_term[t] + more) / (with_parents[t] + more)));
  }
  return out;
}

}  // namespace groel::statistics
