// Trains models by masked language modelling.
#include "train/mlm.h"

#include "autograd/functions.h"

namespace groel::train {
namespace {

class Mlm final : public ModelTrainee {
 public:
  Mlm(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan)
      : ModelTrainee(std::move(checkpoint), plan), head_(models::require<models::MaskedLm>(model())) {}

 private:
  explicit Mlm(const WithoutData& trainee) : ModelTrainee(trainee), head_(models::require<models::MaskedLm>(model())) {}
  std::unique_ptr<ModelTrainee> without_data() const override {
    return std::unique_ptr<ModelTrainee>(new Mlm(WithoutData{*this}));
  }
  // Three tokens of twenty, as masking takes them.
  Tensor example_targets(const models::Batch& input) const override {
    std::vector<std::int32_t> targets;
    for (std::int64_t t = 0; t < input.token_count(); ++t) targets.push_back(t % 20 < 3 ? 0 : kNoTarget);
    return Tensor::of<std::int32_t>({input.token_count()}, std::span<const std::int32_t>(targets));
  }
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

std::unique_ptr<ModelTrainee> make_mlm(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan) {
  return std::make_unique<Mlm>(std::move(checkpoint), plan);
}

}  // namespace groel::train
