// Means over the bins of confidence heads.
#include "folding/confidence_heads.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/threads.h"

namespace groel::folding {
namespace {

constexpr std::size_t kContactBins = 19;  // those that end at 8 Å or below

template <std::size_t Bins>
using BinWeights = std::array<double, Bins>;

template <std::size_t Bins>
BinWeights<Bins> softmax(std::span<const float> logits) {
  BinWeights<Bins> out;
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (std::size_t k = 0; k < Bins; ++k) sum += out[k] = std::exp(static_cast<double>(logits[k]) - largest);
  for (double& one : out) one /= sum;
  return out;
}

template <std::size_t Bins>
float mean_of(const BinWeights<Bins>& probabilities, const BinWeights<Bins>& values) {
  double sum = 0;
  for (std::size_t k = 0; k < Bins; ++k) sum += probabilities[k] * values[k];
  return static_cast<float>(sum);
}

// The mean of `values` of each row.
template <std::size_t Bins>
std::vector<float> means_of_rows(std::span<const float> logits, const BinWeights<Bins>& values) {
  GROEL_REQUIRE(logits.size() % Bins == 0);
  std::vector<float> out(logits.size() / Bins);
  constexpr std::size_t kPiece = 4096;
  parallel_for(static_cast<std::int64_t>((out.size() + kPiece - 1) / kPiece), [&](std::int64_t piece) {
    const std::size_t begin = static_cast<std::size_t>(piece) * kPiece, end = std::min(begin + kPiece, out.size());
    for (std::size_t row = begin; row < end; ++row)
      out[row] = mean_of<Bins>(softmax<Bins>(logits.subspan(row * Bins, Bins)), values);
  });
  return out;
}

BinWeights<kErrorBins> error_centres() {
  BinWeights<kErrorBins> out;
  for (std::size_t k = 0; k < kErrorBins; ++k) out[k] = error_bin_centre(k);
  return out;
}

BinWeights<kErrorBins> tm_terms(std::int64_t tokens) {
  BinWeights<kErrorBins> out = error_centres();
  const double d0 = tm_distance(tokens);
  for (double& one : out) one = 1 / (1 + one * one / (d0 * d0));
  return out;
}

// The terms of pairs of chains, by the tokens that count.
class TmTerms {
 public:
  explicit TmTerms(std::span<const std::int32_t> chains) {
    for (const std::int32_t chain : chains) ++sizes_[chain];
    for (const auto& [a, size_a] : sizes_)
      for (const auto& [b, size_b] : sizes_) {
        const std::int64_t tokens = a == b ? size_a : size_a + size_b;
        if (!terms_.contains(tokens)) terms_[tokens] = tm_terms(tokens);
      }
  }
  const BinWeights<kErrorBins>& of(std::int32_t a, std::int32_t b) const {
    return terms_.at(a == b ? sizes_.at(a) : sizes_.at(a) + sizes_.at(b));
  }

 private:
  std::map<std::int32_t, std::int64_t> sizes_;
  std::map<std::int64_t, BinWeights<kErrorBins>> terms_;
};

}  // namespace

double error_bin_centre(std::size_t bin) { return 0.25 + 0.5 * static_cast<double>(bin); }

double tm_distance(std::int64_t residues) {
  return 1.24 * std::cbrt(static_cast<double>(std::max<std::int64_t>(residues, 19) - 15)) - 1.8;
}

std::vector<float> expected_lddt(std::span<const float> logits) {
  BinWeights<kLddtBins> centres;
  for (std::size_t k = 0; k < kLddtBins; ++k) centres[k] = 1 + 2 * static_cast<double>(k);
  return means_of_rows<kLddtBins>(logits, centres);
}

std::vector<float> expected_error(std::span<const float> logits) {
  return means_of_rows<kErrorBins>(logits, error_centres());
}

std::vector<float> contact_probabilities(std::span<const float> logits) {
  BinWeights<kDistanceBins> is_contact{};
  std::fill_n(is_contact.begin(), kContactBins, 1.0);
  return means_of_rows<kDistanceBins>(logits, is_contact);
}

std::vector<float> plus_transpose(std::span<const float> half, std::size_t n) {
  GROEL_REQUIRE(n > 0 && half.size() % (n * n) == 0);
  const std::size_t width = half.size() / (n * n);
  std::vector<float> out(half.size());
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = 0; k < width; ++k)
        out[(i * n + j) * width + k] = half[(i * n + j) * width + k] + half[(j * n + i) * width + k];
  return out;
}

void add_aligned_errors(std::span<const float> logits, std::size_t first_row, std::span<const std::int32_t> chains,
                        AlignedErrors& to) {
  const std::size_t n = chains.size(), begin = to.pae.size();
  GROEL_REQUIRE(n > 0 && logits.size() % (n * kErrorBins) == 0 && begin == first_row * n);
  const std::size_t rows = logits.size() / (n * kErrorBins);
  GROEL_REQUIRE(first_row + rows <= n);
  for (std::vector<float>* array : {&to.pae, &to.tm_global, &to.tm_interface}) array->resize(begin + rows * n);
  const BinWeights<kErrorBins> centres = error_centres(), global = tm_terms(static_cast<std::int64_t>(n));
  const TmTerms of_pairs(chains);
  parallel_for(static_cast<std::int64_t>(rows), [&](std::int64_t row) {
    const auto r = static_cast<std::size_t>(row);
    for (std::size_t j = 0; j < n; ++j) {
      const auto probabilities = softmax<kErrorBins>(logits.subspan((r * n + j) * kErrorBins, kErrorBins));
      const std::size_t at = begin + r * n + j;
      to.pae[at] = mean_of<kErrorBins>(probabilities, centres);
      to.tm_global[at] = mean_of<kErrorBins>(probabilities, global);
      to.tm_interface[at] = mean_of<kErrorBins>(probabilities, of_pairs.of(chains[first_row + r], chains[j]));
    }
  });
}

}  // namespace groel::folding
