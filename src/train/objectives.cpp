// Classification and regression.
#include "train/objectives.h"

#include "autograd/functions.h"

namespace groel::train {
namespace {

class ClassifierTrainee final : public ModelTrainee {
 public:
  ClassifierTrainee(engine::Checkpoint checkpoint, const models::TrainingPlan& plan)
      : ModelTrainee(std::move(checkpoint), plan), head_(models::require<models::Classifier>(model())) {}

 private:
  Outputs outputs(const TrainBatch& batch, const Tensor& hidden) const override {
    Outputs out{head_.classify(hidden, batch.input), batch.targets};
    if (batch.targets.dtype() != DType::i32) return out;
    const TargetRows targets = target_rows(batch.targets);
    if (targets.rows.count() == batch.targets.count()) return out;
    return {autograd::gather_rows(out.values, targets.rows), targets.classes};
  }
  ops::Loss loss(const Outputs& out, double weight) const override {
    switch (head_.classification().problem) {
      case models::Problem::single_label: return ops::cross_entropy(out.values, out.targets, weight);
      case models::Problem::multi_label: return ops::binary_cross_entropy(out.values, out.targets, weight);
      case models::Problem::regression: break;
    }
    return ops::squared_error(out.values, out.targets, weight);
  }

  const models::Classifier& head_;
};

}  // namespace

std::unique_ptr<Trainee> make_classifier(engine::Checkpoint checkpoint, const models::TrainingPlan& plan) {
  return std::make_unique<ClassifierTrainee>(std::move(checkpoint), plan);
}

}  // namespace groel::train
