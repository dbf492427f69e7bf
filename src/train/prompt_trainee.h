// Prompts in training (ConfProtein): several tasks, each with prompts of its own, on one trunk.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nn/linear.h"
#include "train/model_trainee.h"

namespace groel::train {

/// Before the names of the tensors of the heads of tasks.
inline constexpr const char* kTaskHeads = "heads.";

/// What a task's batches are.
enum class PromptTaskKind {
  masked,  ///< masked language modelling: `input` is masked, `targets` are [T] i32
  pairs    ///< whether two sequences interact: `input` has 2*B sequences, p and q of each pair one after the other;
           ///< `targets` are [B] i32, or [B, C] f32 of several labels
};

struct PromptTask {
  std::string name;
  PromptTaskKind kind = PromptTaskKind::masked;
  std::vector<std::string> prompts;  ///< those that go with its sequences
  double weight = 1;                 ///< of its mean loss in the sum that is trained on
  std::int64_t outputs = 2;          ///< of a head on pairs: classes, or labels
};

/// The loss of a step is Σ weight * mean loss of a task, over the tasks that the step has batches of: a TrainBatch with
/// `parts`, whose `task` are indices into `tasks`, and one target. A head on pairs is a linear layer on
/// ops::pair_features of the mean last hidden states of residues; its tensors are called `heads.TASK.weight` and
/// `.bias`. `plan.trained` is asked of them, too.
class PromptTrainee final : public ModelTrainee {
 public:
  /// A checkpoint with prompts (checkpoints/prompts.h). Errors: those of ModelTrainee; unsupported, where a task needs
  /// a head that the model lacks; usage, for prompts that it has not.
  PromptTrainee(checkpoints::Checkpoint checkpoint, std::vector<PromptTask> tasks, const models::TrainingPlan& plan,
                std::uint64_t seed = 0);

  std::vector<TrainedParameter> parameters() override;
  LossSum accumulate(const TrainBatch& batch, double weight) override;
  /// LossSum::parts are the tasks' own.
  LossSum evaluate(const TrainBatch& batch) override;
  void parameters_changed() override;
  /// The model, where anything of it is trained but prompts (as ModelTrainee does); prompts in a folder of their own,
  /// and heads in heads.safetensors.
  void save(const std::filesystem::path& folder) const override;

  const std::vector<PromptTask>& tasks() const { return tasks_; }
  /// Of a task on pairs: weight [C, 4*D], bias [C].
  void set_head(std::size_t task, const Tensor& weight, const Tensor& bias);
  /// What a head says of pairs, [B, C]; what it reads, [B, 4*D].
  Tensor pair_scores(const TrainBatch& batch) const;
  Tensor pair_features(const TrainBatch& batch) const;

 private:
  explicit PromptTrainee(const WithoutData& trainee, const PromptTrainee& of);
  std::unique_ptr<ModelTrainee> without_data() const override;
  Tensor example_targets(const models::Batch& input) const override;
  Outputs outputs(const TrainBatch& batch, const Tensor& hidden) const override;
  ops::Loss loss(const Outputs& outputs, double weight) const override;
  Predictions predictions(const Outputs& outputs) const override;
  void make_heads(Device device, std::uint64_t seed);

  /// One for each task; those of masked ones are the model's and empty here.
  struct Head {
    std::unique_ptr<nn::Linear> linear;
    nn::Tree tree;
  };

  std::vector<PromptTask> tasks_;
  models::TrainingPlan plan_;
  std::vector<Head> heads_;
  PromptTaskKind evaluated_ = PromptTaskKind::masked;
};

}  // namespace groel::train
