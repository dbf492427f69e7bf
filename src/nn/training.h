// How a module is prepared for training.
#pragma once

#include <string>

#include "ops/linear.h"

namespace groel::nn {

/// Whether a gradient has to reach a module's input: not where all before it is frozen.
enum class InputGradient { none, needed };

/// A parameter in training: f32 master and gradient, contiguous, in the same memory as long as the model lives.
struct Trained {
  std::string name;
  Tensor value;
  Tensor gradient;
};

/// A parameter is trained when its gradient slot (nn::Parameter) is defined before prepare_training; its slot then
/// holds the f32 master, and both keep their memory for the life of the module.
struct TrainingForm {
  ops::Precision precision = ops::Precision::f32;
  InputGradient input = InputGradient::needed;
};

}  // namespace groel::nn
