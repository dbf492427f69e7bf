// Sorts probabilities and computes entropies.
#include "tasks/reading/distribution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tasks/reading/input.h"

namespace groel::tasks {

Choices::Choices(const bio::Tokenizer& tokenizer, Scope scope) {
  if (scope == Scope::residues) {
    ids_ = residue_ids(tokenizer);
  } else {
    ids_.resize(static_cast<std::size_t>(tokenizer.size()));
    std::iota(ids_.begin(), ids_.end(), 0);
  }
}

std::vector<double> Choices::probabilities(std::span<const double> log_probabilities) const {
  std::vector<double> out;
  double sum = 0;
  double highest = -INFINITY;
  for (const std::int32_t id : ids_) highest = std::max(highest, log_probabilities[static_cast<std::size_t>(id)]);
  for (const std::int32_t id : ids_) {
    out.push_back(std::exp(log_probabilities[static_cast<std::size_t>(id)] - highest));
    sum += out.back();
  }
  for (double& value : out) value /= sum;
  return out;
}

std::int64_t Choices::index(std::int32_t id) const {
  const auto found = std::find(ids_.begin(), ids_.end(), id);
  return found == ids_.end() ? -1 : found - ids_.begin();
}

std::vector<std::size_t> by_probability(std::span<const double> probabilities) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
  return order;
}

std::int64_t rank_of(std::span<const double> probabilities, std::size_t index) {
  std::int64_t rank = 1;
  for (std::size_t i = 0; i < probabilities.size(); ++i)
    if (probabilities[i] > probabilities[index] || (probabilities[i] == probabilities[index] && i < index)) ++rank;
  return rank;
}

double entropy(std::span<const double> probabilities) {
  double sum = 0;
  for (const double p : probabilities)
    if (p > 0) sum -= p * std::log2(p);
  return sum;
}

}  // namespace groel::tasks
