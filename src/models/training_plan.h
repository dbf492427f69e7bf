// Which parts of a model are trained, and how.
#pragma once

#include <functional>
#include <optional>

#include "nn/lora.h"
#include "nn/module.h"

namespace groel::models {

/// Keep what a block computes for the way back, or compute it again (less memory, a third more time; same bits).
enum class Recompute { none, blocks };

struct TrainingPlan {
  ops::Precision precision = ops::Precision::f32;  ///< of the blocks' products; masters and gradients are f32
  std::function<bool(const nn::Parameter& parameter)> trained;  ///< undefined: everything
  Recompute recompute = Recompute::none;
  /// Low-rank adapters beside the layers of these names; `trained` then names what else is (nothing, if undefined), and
  /// every name of trained() has PEFT's "base_model.model." before it.
  std::optional<nn::LoraOptions> lora;
};

}  // namespace groel::models
