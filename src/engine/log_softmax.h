// Turns logits into log-probabilities.
#pragma once

#include <cstdint>
#include <span>

#include "tensor/tensor.h"

namespace groel::engine {

/// logits [V] -> natural logarithms of the probabilities [V]; sums are double.
void log_softmax(std::span<const float> logits, std::span<double> out);

/// Every row of logits [L, V] in place.
void log_softmax_rows(Tensor& logits);

}  // namespace groel::engine
