// Masked language modelling.
#include "train/mlm.h"

#include "autograd/functions.h"

namespace groel::train {
namespace {

class Mlm final : public ModelTrainee {
 public:
  Mlm(engine::Checkpoint checkpoint, const models::TrainingPlan& plan)
      : ModelTrainee(std::move(checkpoint), plan), head_(models::require<models::MaskedLm>(model())) {}

 private:
  Outputs outputs(const TrainBatch& batch, const Tensor& hidden) const override {
    const TargetRows targets = target_rows(batch.targets);
    return {head_.logits(autograd::gather_rows(hidden, targets.rows)), targets.classes};
  }
  ops::Loss loss(const Outputs& out, double weight) const override {
    return ops::cross_entropy(out.values, out.targets, weight);
  }

  const models::MaskedLm& head_;
};

}  // namespace

std::unique_ptr<ModelTrainee> make_mlm(engine::Checkpoint checkpoint, const models::TrainingPlan& plan) {
  return std::make_unique<Mlm>(std::move(checkpoint), plan);
}

}  // namespace groel::train
