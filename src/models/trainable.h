// What training asks of a model.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/model.h"
#include "nn/lora.h"

namespace groel::models {

/// Keep what a block computes for the way back, or compute it again (less memory, a third more time; same bits).
enum class Checkpointing { off, blocks };

struct TrainingPlan {
  ops::Precision precision = ops::Precision::f32;      ///< of the blocks' products; masters and gradients are f32
  std::function<bool(std::string_view name)> trained;  ///< undefined: everything
  Checkpointing checkpointing = Checkpointing::off;
  /// Low-rank adapters beside the layers of these names; `trained` then names what else is (nothing, if undefined), and
  /// every name of trained() has PEFT's "base_model.model." before it.
  std::optional<nn::LoraOptions> lora;
};

using nn::Trained;

/// Its forward pass is that of its other capabilities, called while an autograd::Recording lives.
class Trainable {
 public:
  static constexpr std::string_view kName = "trainable";
  virtual ~Trainable() = default;
  /// Instead of Model::prepare, once all tensors are in place. Errors: usage when the plan trains nothing; unsupported
  /// for a model that cannot be trained as it is.
  virtual void prepare_training(const TrainingPlan& plan) = 0;
  /// Masters were written to: packs them again.
  virtual void parameters_changed() = 0;
  virtual std::vector<Trained> trained() const = 0;
  /// Every tensor as a checkpoint holds it, under its published name; trained ones share memory.
  virtual std::vector<std::pair<std::string, Tensor>> tensors() const = 0;
  /// Bytes that the forward pass keeps for the way back a token, and the most that going back needs beside them.
  virtual std::size_t training_bytes_per_token() const = 0;
};

}  // namespace groel::models
