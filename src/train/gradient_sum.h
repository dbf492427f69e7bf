// Gradients of batches, added up in their order: the same numbers wherever each of them was computed.
#pragma once

#include <span>
#include <vector>

#include "train/trainee.h"

namespace groel::train {

/// Sums start with the first batch's gradient as it is; each further one is added to what there is, number by number.
class GradientSum {
 public:
  /// Of parameters that have gradients; they outlive it.
  explicit GradientSum(std::vector<TrainedParameter> parameters);

  /// Adds what the parameters' gradients hold, and sets them to zero.
  void add_own();
  /// Adds what take_gradients gave on another rank.
  void add(std::span<const float> numbers);
  /// Puts the sum in the place of the gradients; where nothing was added, they stay.
  void finish();

 private:
  std::vector<TrainedParameter> parameters_;
  std::vector<Tensor> sums_;  // empty: nothing was added
};

/// All gradients, one after the other, which are set to zero.
std::vector<float> take_gradients(std::vector<TrainedParameter>& parameters);

}  // namespace groel::train
