// Sums of true and predicted terms at a hundred thresholds at once.
#include "statistics/cafa.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"

namespace groel::statistics {
namespace {

void check(const TermPredictions& input) {
  const auto terms = static_cast<std::size_t>(input.truth.labels);
  const bool fits = terms > 0 && !input.truth.values.empty() && input.truth.values.size() % terms == 0 &&
                    input.scores.size() == input.truth.values.size() &&
                    (input.information.empty() || input.information.size() == terms);
  if (!fits) throw Error(ErrorKind::bad_input, "true and predicted terms must be matrices of one shape");
  for (const double score : input.scores)
    if (!(score >= 0 && score <= 1)) throw Error(ErrorKind::bad_input, fmt::format("a score is {}, not 0 to 1", score));
}

CafaSums sums_of(const TermPredictions& input) {
  check(input);
  CafaSums out;
  const auto terms = static_cast<std::size_t>(input.truth.labels);
  std::vector<PredictedTerm> predicted(terms);
  for (std::size_t row = 0; row * terms < input.scores.size(); ++row) {
    double truth = 0;
    bool any = false;
    for (std::size_t t = 0; t < terms; ++t) {
      const double weight = input.information.empty() ? 1 : input.information[t];
      const bool is_true = input.truth.values[row * terms + t] != 0;
      predicted[t] = {input.scores[row * terms + t], weight, is_true};
      truth += is_true ? weight : 0;
      any = any || is_true;
    }
    if (any) out.add(truth, predicted);
  }
  if (out.proteins() == 0) throw Error(ErrorKind::bad_input, "no protein has a true term");
  return out;
}

double threshold_of(std::size_t step) { return static_cast<double>(step) / kCafaSteps; }

}  // namespace

std::size_t cafa_step(double score) {
  auto k = static_cast<std::size_t>(score * kCafaSteps);
  while (k < kCafaSteps && score >= threshold_of(k + 1)) ++k;
  while (k > 0 && score < threshold_of(k)) --k;
  return k;
}

CafaSums::CafaSums() : steps_(kCafaSteps + 1) {}

void CafaSums::add(double truth, std::span<const PredictedTerm> predicted) {
  ++proteins_;
  std::array<double, kCafaSteps + 2> weights{}, hits{};
  for (const PredictedTerm& one : predicted) {
    const std::size_t step = cafa_step(one.score);
    weights[step] += one.weight;
    hits[step] += one.is_true ? one.weight : 0;
  }
  for (std::size_t k = kCafaSteps; k > 0; --k) {
    weights[k] += weights[k + 1];  // what reaches a threshold reaches the lower ones
    hits[k] += hits[k + 1];
    Step& step = steps_[k];
    if (weights[k] > 0) {
      step.precision += hits[k] / weights[k];
      ++step.predicting;
    }
    step.recall += truth > 0 ? hits[k] / truth : 0;
    step.hits += hits[k];
    step.missed += truth - hits[k];
    step.wrong += weights[k] - hits[k];
  }
}

template <class Value>
Fmax CafaSums::best(const Value& precision_and_recall) const {
  Fmax out;
  for (std::size_t k = 1; k <= kCafaSteps; ++k) {
    const Step& step = steps_[k];
    if (step.predicting == 0) continue;
    const auto [precision, recall] = precision_and_recall(step);
    const double f = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
    if (f > out.f) out = {f, threshold_of(k), precision, recall, step.predicting / static_cast<double>(proteins_)};
  }
  return out;
}

Fmax CafaSums::fmax() const {
  return best([&](const Step& step) {
    return std::pair(step.precision / step.predicting, step.recall / static_cast<double>(proteins_));
  });
}

Fmax CafaSums::fmax_micro() const {
  return best([](const Step& step) {
    const double wanted = step.hits + step.missed;
    return std::pair(step.hits / (step.hits + step.wrong), wanted > 0 ? step.hits / wanted : 0);
  });
}

Smin CafaSums::smin() const {
  Smin out{INFINITY, 0, 0, 0};
  for (std::size_t k = 1; k <= kCafaSteps; ++k) {
    const double missed = steps_[k].missed / static_cast<double>(proteins_);
    const double wrong = steps_[k].wrong / static_cast<double>(proteins_);
    const double s = std::hypot(missed, wrong);
    if (s < out.s) out = {s, threshold_of(k), missed, wrong};
  }
  return out;
}

Fmax fmax(const TermPredictions& input) { return sums_of(input).fmax(); }

Smin smin(const TermPredictions& input) { return sums_of(input).smin(); }

double information_of(double with_term, double with_parents) {
  const double more = with_term == 0 ? 1 : 0;
  return with_parents == 0 ? 0 : -std::log2((with_term + more) / (with_parents + more));
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
  for (std::size_t t = 0; t < terms; ++t) out.push_back(information_of(with_term[t], with_parents[t]));
  return out;
}

}  // namespace groel::statistics
