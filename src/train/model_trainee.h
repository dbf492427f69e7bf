// A model of any family as the trainer sees it; an objective adds how a batch becomes a loss.
#pragma once

#include "checkpoints/load.h"
#include "models/training_plan.h"
#include "train/label_loss.h"
#include "train/trainee.h"

namespace groel::train {

class ModelTrainee : public Trainee {
 public:
  /// Errors: what prepare_training throws.
  ModelTrainee(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan);

  std::vector<TrainedParameter> parameters() override;
  LossSum accumulate(const TrainBatch& batch, double weight) override;
  LossSum evaluate(const TrainBatch& batch) override;
  void parameters_changed() override;
  checkpoints::SavedModel saved_model() const override;
  /// Of adapters: PEFT's two files, and the configuration and vocabulary that say what the head's classes are.
  /// Prompts in a folder of their own; the model itself only where something else of it is trained.
  void save(const std::filesystem::path& folder) const override;
  /// Memory that the system lends to a step on sequences of these token counts (each of a residue at least), beside
  /// weights and optimiser: known by taking the step on tensors without data. For one thread at a time.
  std::size_t step_bytes(std::span<const std::int64_t> tokens) const;
  /// Bytes of weights as they are kept for products, masters, gradients and `moments` numbers of an optimiser for each.
  std::size_t state_bytes(std::int64_t moments);
  /// Is the trunk as it was, whatever is trained?
  bool frozen() const { return frozen_; }
  const models::Model& model() const { return *loaded_.model; }

 protected:
  /// Another trainee's model on tensors without data.
  struct WithoutData {
    const ModelTrainee& of;
  };
  explicit ModelTrainee(const WithoutData& trainee);
  virtual std::unique_ptr<ModelTrainee> without_data() const = 0;
  /// Targets such as it learns from, as many as a batch has at most.
  virtual Tensor example_targets(const models::Batch& input) const = 0;
  /// What the model says of a batch's targets, and what they are.
  using Outputs = LabelOutputs;
  virtual Outputs outputs(const TrainBatch& batch, const Tensor& hidden) const = 0;
  virtual ops::Loss loss(const Outputs& outputs, double weight) const = 0;
  /// What LossSum::predictions of an evaluation are; none unless an objective says so.
  virtual Predictions predictions(const Outputs&) const { return {}; }

 private:
  Tensor hidden(const TrainBatch& batch) const;
  void save_model(const std::filesystem::path& folder) const;

  std::string trunk_;  // of prompts: fingerprint of the model without them
  checkpoints::LoadedModel loaded_;
  const models::Encoder& encoder_;
  models::TrainingPlan plan_;
  std::optional<nn::LoraOptions> lora_;
  std::string base_;                            // name of the model that adapters belong to
  bool frozen_ = false;                         // nothing in the trunk is trained
  mutable std::unique_ptr<ModelTrainee> twin_;  // without data; made when it is needed
  mutable std::shared_ptr<ShapePool> pool_;     // what its steps take
};

/// The targets of `batch` that are any, as row numbers and classes ([T] i32 targets).
struct TargetRows {
  Tensor rows;     ///< [N] i32
  Tensor classes;  ///< [N] i32
};
TargetRows target_rows(const Tensor& targets);

}  // namespace groel::train
