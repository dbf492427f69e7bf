// A model of any family as a Trainee; an objective adds how a batch becomes a loss.
#pragma once

#include "engine/load.h"
#include "models/trainable.h"
#include "ops/losses.h"
#include "train/trainee.h"

namespace groel::train {

class ModelTrainee : public Trainee {
 public:
  /// Errors: unsupported when the model cannot be trained; what prepare_training throws.
  ModelTrainee(engine::Checkpoint checkpoint, const models::TrainingPlan& plan);

  std::vector<TrainedParameter> parameters() override;
  LossSum accumulate(const TrainBatch& batch, double weight) override;
  LossSum evaluate(const TrainBatch& batch) override;
  void parameters_changed() override;
  SavedModel saved_model() const override;
  const models::Model& model() const { return *loaded_.model; }

 protected:
  /// What the model says of a batch's targets, and what they are: targets of any dtype, without those ignored.
  struct Outputs {
    Tensor values;   ///< [N, C]
    Tensor targets;  ///< [N] i32 or [N, C] f32
  };
  virtual Outputs outputs(const TrainBatch& batch, const Tensor& hidden) const = 0;
  virtual ops::Loss loss(const Outputs& outputs, double weight) const = 0;

 private:
  bool has_targets(const TrainBatch& batch) const;

  engine::LoadedModel loaded_;
  models::Trainable& trainable_;
  const models::Encoder& encoder_;
};

/// The targets of `batch` that are any, as row numbers and classes ([T] i32 targets).
struct TargetRows {
  Tensor rows;     ///< [N] i32
  Tensor classes;  ///< [N] i32
};
TargetRows target_rows(const Tensor& targets);

}  // namespace groel::train
