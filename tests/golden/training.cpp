// Training of whole models, and of heads on frozen trunks: masked language models and classifiers.
#include <set>

#include "golden/kind.h"
#include "golden/model_case.h"
#include "golden/training_run.h"

namespace groel::golden {
namespace {

bool knows(const Case& golden) {
  const nlohmann::json& inputs = golden.inputs();
  return inputs.is_object() && inputs.contains("batches") && inputs.contains("optimizer") &&
         !golden.holds("adapter_config.json") && golden.config().is_object() &&
         head_of(golden.config()) != Head::other && is_of_a_family(golden);
}

std::unique_ptr<train::ModelTrainee> trainee_of(const Case& golden, const models::TrainingPlan& plan) {
  return trainee_for(head_of(golden.config()), checkpoints::read_checkpoint(golden.folder()), plan);
}

// Tensors of the checkpoint that have no gradient and are not among those that no gradient reaches are frozen.
std::set<std::string> frozen(const Case& golden) {
  std::set<std::string> out;
  for (const auto& [name, array] : checkpoints::read_checkpoint(golden.folder()).arrays)
    if (!golden.has("grad." + name)) out.insert(name);
  for (const std::string name : golden.inputs().at("no_gradient_left_untouched")) out.erase(name);
  return out;
}

// Buffers and tied copies have no gradient either: what is frozen is what would be trained.
models::TrainingPlan plan_of(const Case& golden) {
  const std::set<std::string> still = frozen(golden);
  for (const train::TrainedParameter& p : trainee_of(golden, {})->parameters())
    if (still.contains(p.name))
      return {.trained = [still](const nn::Parameter& parameter) { return !still.contains(parameter.name); }};
  return {};
}

void check(const Case& golden, Rows& rows) {
  models::TrainingPlan plan = plan_of(golden);
  check_run(golden, *trainee_of(golden, plan), plan.trained ? "frozen: " : "", rows);
  plan.recompute = models::Recompute::blocks;
  check_run(golden, *trainee_of(golden, plan), "blocks computed again: ", rows);
}

}  // namespace

Kind training_kind() { return {"training", knows, check}; }

}  // namespace groel::golden
