// A head alone in training: on vectors that were computed before, with no model behind them.
#pragma once

#include <memory>

#include "models/classifier.h"
#include "nn/heads/prediction_head.h"
#include "train/trainee.h"

namespace groel::train {

struct HeadObjective {
  models::Problem problem = models::Problem::single_label;
  /// [C] f32; undefined: 1. What the loss of a class's targets is multiplied by; of several labels, that of their
  /// positives. (The mean is over targets all the same: give weights whose mean over the targets is 1.)
  Tensor weights;
};

/// Losses are those of make_classifier; a regression's is in units of its targets' variance (1: no better than their
/// mean), of a head with an output scale. Batches have features, with bounds where the head reads residues; a head that
/// does not gets the mean over them. Its parameters hold the statistics of batch norms too, without gradients.
class HeadTrainee final : public Trainee {
 public:
  /// A head with weights in place, not yet ready.
  HeadTrainee(std::unique_ptr<nn::PredictionHead> head, const HeadObjective& objective);

  std::vector<TrainedParameter> parameters() override { return parameters_; }
  LossSum accumulate(const TrainBatch& batch, double weight) override;
  LossSum evaluate(const TrainBatch& batch) override;
  void parameters_changed() override;
  checkpoints::SavedModel saved_model() const override;
  /// head.safetensors.
  void save(const std::filesystem::path& folder) const override;

  const nn::PredictionHead& head() const { return *head_; }
  /// What the head says of a batch, without dropout: logits or numbers, [B, C] or [T, C].
  Tensor outputs(const TrainBatch& batch) const;

 private:
  std::unique_ptr<nn::PredictionHead> head_;
  models::Problem problem_;
  Tensor weights_;
  nn::Tree tree_;
  std::vector<TrainedParameter> parameters_;
};

struct NewHead {
  nn::HeadShape shape;
  HeadObjective objective;
  std::uint64_t seed = 0;
  Tensor numbers;  ///< [N, C] f32, of a regression: the targets that it learns from
};

/// One that is drawn (nn::draw); a regression starts at the mean of its targets, and learns in units of their standard
/// deviation. Errors: as nn::make_head.
std::unique_ptr<HeadTrainee> make_head_trainee(const NewHead& options);

}  // namespace groel::train
