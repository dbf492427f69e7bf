// Losses: sums over targets, and their gradients.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

struct Loss {
  double sum = 0;            ///< over targets
  std::int64_t targets = 0;  ///< rows of cross_entropy that have one; elements of the others
  std::int64_t correct = 0;  ///< targets whose class scored highest, or whose sign is right; 0 for mse
  Tensor gradient;           ///< of factor · sum with respect to the input, shaped as it
};

/// Target of a row that has none: it adds nothing and its gradient is 0.
inline constexpr std::int32_t kIgnoredTarget = -100;

/// What losses are multiplied by.
struct LossWeights {
  LossWeights(double all = 1, Tensor classes_or_labels = {})  // NOLINT(google-explicit-constructor): mostly a number
      : factor(all), each(std::move(classes_or_labels)) {}

  double factor;  ///< of the gradient alone
  Tensor each;    ///< [C] f32, host: of the targets of that class; of the positives of that label; of that column of
                  ///< numbers; undefined: 1
};

/// -log softmax(logits[t])[targets[t]]: logits [T, V] f32, targets [T] i32 in [0, V) or kIgnoredTarget. Sums are taken
/// in f64 in the order of rows; the loss of a target is multiplied by its class's weight. Errors: internal for another
/// target (check labels where they are read).
Loss cross_entropy(const Tensor& logits, const Tensor& targets, const LossWeights& weights = {});
/// w (x - target)², w the column's weight: both [T, C] f32.
Loss squared_error(const Tensor& x, const Tensor& targets, const LossWeights& weights = {});
/// -(p y log σ(x) + (1 - y) log(1 - σ(x))), p the label's weight: logits and targets y in [0, 1], both [T, C] f32.
Loss binary_cross_entropy(const Tensor& logits, const Tensor& targets, const LossWeights& weights = {});
/// Index of each row's largest value (the first of equals): [T, V] f32 -> [T] i32.
Tensor argmax(const Tensor& x);

}  // namespace groel::ops
