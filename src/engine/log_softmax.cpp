// Log-softmax of single rows.
#include "engine/log_softmax.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace groel::engine {

void log_softmax(std::span<const float> logits, std::span<double> out) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float value : logits) sum += std::exp(value - highest);
  const double log_sum = highest + std::log(sum);
  for (std::size_t i = 0; i < logits.size(); ++i) out[i] = logits[i] - log_sum;
}

void log_softmax_rows(Tensor& logits) {
  const auto width = static_cast<std::size_t>(logits.size(1));
  std::vector<double> row(width);
  const std::span<float> all{logits.mutable_data<float>(), static_cast<std::size_t>(logits.count())};
  for (std::size_t at = 0; at < all.size(); at += width) {
    const auto values = all.subspan(at, width);
    log_softmax(values, row);
    std::transform(row.begin(), row.end(), values.begin(), [](double x) { return static_cast<float>(x); });
  }
}

}  // namespace groel::engine
