// Optimisers on f32 master weights: one pass over memory per step.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "train/trainee.h"

namespace groel::train {

enum class OptimizerKind { adamw, muon, sgd };

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adamw;
  double beta1 = 0.9;         ///< AdamW
  double beta2 = 0.999;       ///< AdamW
  double epsilon = 1e-8;      ///< AdamW
  double momentum = 0.9;      ///< SGD, Muon
  double weight_decay = 0.0;  ///< of the parameters for which is_decayed()
};

/// What differs from step to step.
struct StepInput {
  double rate = 0;            ///< learning rate
  double gradient_scale = 1;  ///< gradients are multiplied by it (clipping)
  std::int64_t step = 1;      ///< 1 for the first update
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// Updates every parameter that has a gradient and sets the gradient to zero.
  virtual void step(const StepInput& input) = 0;
  /// What has to be kept to go on from here, sharing memory with the optimiser: load by writing into it.
  virtual std::vector<NamedTensor> state() const = 0;
};

/// AdamW is torch.optim.AdamW's (decoupled decay, bias correction); SGD is torch.optim.SGD's (decay added to the
/// gradient, no dampening, no Nesterov); Muon: see train/muon.h. Errors: usage, for a value outside its range.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, std::vector<TrainedParameter> parameters);

/// Hugging Face Trainer's rule: every parameter but biases and those of norms; embeddings are decayed.
bool is_decayed(const TrainedParameter& parameter);

/// Parses "adamw", "muon" or "sgd". Errors: usage.
OptimizerKind parse_optimizer(const std::string& text);

}  // namespace groel::train
