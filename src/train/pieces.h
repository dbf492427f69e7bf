// Parameters cut into pieces of limited size, so that threads can share the work on them.
#pragma once

#include <cstdint>
#include <vector>

#include "train/trainee.h"

namespace groel::train {

/// Elements [begin, end) of one parameter.
struct ParameterPiece {
  std::size_t parameter = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// The pieces of every parameter that has a gradient. They do not depend on the number of threads, so that sums taken
/// piece by piece do not either.
std::vector<ParameterPiece> pieces_of(const std::vector<TrainedParameter>& parameters);

/// Square root of the sum of squares of all gradients, summed in f64 in a fixed order; not finite when one is not.
double gradient_norm(const std::vector<TrainedParameter>& parameters);

/// What gradients are multiplied by so that their norm is at most `limit`: torch's clip_grad_norm_, limit/(norm + 1e-6)
/// capped at 1. A limit of 0 or less means no clipping.
double clip_factor(double norm, double limit);

void zero_gradients(std::vector<TrainedParameter>& parameters);

}  // namespace groel::train
