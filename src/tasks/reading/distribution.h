// A model's prediction for one position: probabilities, their order, and how uncertain it is.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bio/tokenizer.h"

namespace groel::tasks {

/// The tokens that probabilities are spread over.
class Choices {
 public:
  /// The 20 residues, whose probabilities are made to sum to one, or the whole vocabulary.
  enum class Scope { residues, vocabulary };
  Choices(const bio::Tokenizer& tokenizer, Scope scope);

  const std::vector<std::int32_t>& ids() const noexcept { return ids_; }
  /// Log-probabilities [V] -> probabilities in the order of ids().
  std::vector<double> probabilities(std::span<const double> log_probabilities) const;
  /// Index of a token in ids(), or -1.
  std::int64_t index(std::int32_t id) const;

 private:
  std::vector<std::int32_t> ids_;
};

/// Indices from the likeliest on; equal ones in order of index.
std::vector<std::size_t> by_probability(std::span<const double> probabilities);
/// 1 for the likeliest.
std::int64_t rank_of(std::span<const double> probabilities, std::size_t index);
/// In bits: 0 when one choice has everything, log2(n) when all n are alike.
double entropy(std::span<const double> probabilities);

}  // namespace groel::tasks
