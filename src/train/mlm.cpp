// Trains language models: masked ones, and causal ones.
#include "train/mlm.h"

#include <algorithm>

#include "autograd/functions.h"

namespace groel::train {
namespace {

class LanguageTrainee final : public ModelTrainee {
 public:
  LanguageTrainee(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan)
      : ModelTrainee(std::move(checkpoint), plan), head_(models::require_language_model(model())) {}

 private:
  explicit LanguageTrainee(const WithoutData& trainee)
      : ModelTrainee(trainee), head_(models::require_language_model(model())) {}
  std::unique_ptr<ModelTrainee> without_data() const override {
    return std::unique_ptr<ModelTrainee>(new LanguageTrainee(WithoutData{*this}));
  }
  // Of a masked model three tokens of twenty, as masking takes them; of a causal one all.
  Tensor example_targets(const models::Batch& input) const override {
    const auto can = model().capabilities();
    const bool causal = std::find(can.begin(), can.end(), models::CausalLm::kName) != can.end();
    std::vector<std::int32_t> targets;
    for (std::int64_t t = 0; t < input.token_count(); ++t) targets.push_back(causal || t % 20 < 3 ? 0 : kNoTarget);
    return Tensor::of<std::int32_t>({input.token_count()}, std::span<const std::int32_t>(targets));
  }
  Outputs outputs(const TrainBatch& batch, const Tensor& hidden) const override {
    const TargetRows targets = target_rows(batch.targets);
    return {head_.logits(autograd::gather_rows(hidden, targets.rows)), targets.classes};
  }
  ops::Loss loss(const Outputs& out, double weight) const override {
    return ops::cross_entropy(out.values, out.targets, weight);
  }

  const models::LanguageModel& head_;
};

}  // namespace

std::unique_ptr<ModelTrainee> make_mlm(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan) {
  auto out = std::make_unique<LanguageTrainee>(std::move(checkpoint), plan);
  models::require<models::MaskedLm>(out->model());
  return out;
}

std::unique_ptr<ModelTrainee> make_clm(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan) {
  auto out = std::make_unique<LanguageTrainee>(std::move(checkpoint), plan);
  models::require<models::CausalLm>(out->model());
  return out;
}

}  // namespace groel::train
