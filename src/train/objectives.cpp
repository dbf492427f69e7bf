// Losses for classification and regression.
#include "train/objectives.h"

#include "checkpoints/initial.h"

namespace groel::train {
namespace {

class ClassifierTrainee final : public ModelTrainee {
 public:
  ClassifierTrainee(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan)
      : ModelTrainee(std::move(checkpoint), plan), head_(models::require<models::Classifier>(model())) {}

 private:
  explicit ClassifierTrainee(const WithoutData& trainee)
      : ModelTrainee(trainee), head_(models::require<models::Classifier>(model())) {}
  std::unique_ptr<ModelTrainee> without_data() const override {
    return std::unique_ptr<ModelTrainee>(new ClassifierTrainee(WithoutData{*this}));
  }
  Tensor example_targets(const models::Batch& input) const override {
    const models::Classification& classes = head_.classification();
    if (classes.label_of == models::LabelOf::token) return Tensor::zeros({input.token_count()}, DType::i32);
    if (classes.problem == models::Problem::single_label) return Tensor::zeros({input.sequences()}, DType::i32);
    return Tensor::zeros({input.sequences(), static_cast<std::int64_t>(classes.labels.size())});
  }

  Outputs outputs(const TrainBatch& batch, const Tensor& hidden) const override {
    const Tensor values = batch.features.defined() ? head_.classify(hidden) : head_.classify(hidden, batch.input);
    return with_targets(values, batch.targets);
  }
  ops::Loss loss(const Outputs& out, double weight) const override {
    return label_loss(head_.classification().problem, out, weight);
  }
  Predictions predictions(const Outputs& out) const override { return predictions_of(out); }

  const models::Classifier& head_;
};

using models::Classification;
using models::LabelOf;
using models::Problem;

std::string architecture(const models::Family& family, LabelOf label_of) {
  return fmt::format("{}For{}Classification", family.architecture, label_of == LabelOf::token ? "Token" : "Sequence");
}

const char* problem_type(Problem problem) {
  if (problem == Problem::regression) return "regression";
  return problem == Problem::multi_label ? "multi_label_classification" : "single_label_classification";
}

bool same(const Classification& a, const Classification& b) {
  return a.label_of == b.label_of && a.problem == b.problem && a.labels == b.labels && a.pooling == b.pooling;
}

void describe(checkpoints::Checkpoint& checkpoint, const Classification& classes) {
  nlohmann::json& config = checkpoint.config;
  config["architectures"] = {architecture(*checkpoint.family, classes.label_of)};
  config["id2label"] = nlohmann::json::object();
  config["label2id"] = nlohmann::json::object();
  for (std::size_t i = 0; i < classes.labels.size(); ++i) {
    config["id2label"][std::to_string(i)] = classes.labels[i];
    config["label2id"][classes.labels[i]] = i;
  }
  config.erase("classifier_pooling");
  if (classes.pooling == models::Pooling::mean) config["classifier_pooling"] = "mean";
  if (classes.label_of == LabelOf::sequence)
    config["problem_type"] = problem_type(classes.problem);
  else
    config.erase("problem_type");
}

}  // namespace

std::unique_ptr<ModelTrainee> make_classifier(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan) {
  return std::make_unique<ClassifierTrainee>(std::move(checkpoint), plan);
}

std::optional<Classification> head_of(const models::Model& model) {
  for (const std::string& capability : model.capabilities())
    if (capability == models::Classifier::kName) return models::require<models::Classifier>(model).classification();
  return std::nullopt;
}

std::optional<Classification> head_of(const checkpoints::Checkpoint& checkpoint) {
  return head_of(*checkpoints::build_model(checkpoint));
}

bool add_head(checkpoints::Checkpoint& checkpoint, const Classification& classes, std::uint64_t seed) {
  const auto present = head_of(checkpoint);
  if (present && same(*present, classes)) return false;
  describe(checkpoint, classes);
  checkpoints::take_off_heads(checkpoint);
  checkpoints::add_initial(checkpoint, std::string(models::kClassifier), seed);
  return true;
}

}  // namespace groel::train
