// Training of low-rank adapters as PEFT has them: logits with the adapter and merged, and the steps.
#include "checkpoints/adapter.h"
#include "golden/kind.h"
#include "golden/labelled_case.h"
#include "golden/training_run.h"
#include "support/compare.h"

namespace groel::golden {
namespace {

constexpr double kLogits = 1e-6;  // relative L2

bool knows(const Case& golden) {
  const nlohmann::json& inputs = golden.inputs();
  return inputs.is_object() && inputs.contains("batches") && golden.holds("adapter_config.json") &&
         golden.config().is_object() && head_of(golden.config()) != Head::other && is_of_a_family(golden);
}

std::unique_ptr<train::ModelTrainee> trainee_of(const Case& golden, checkpoints::Checkpoint checkpoint,
                                                const models::TrainingPlan& plan = {}) {
  return trainee_for(head_of(golden.config()), std::move(checkpoint), plan);
}

void check_logits(const Case& golden, const models::Model& model, const std::string& array, Rows& rows) {
  if (!golden.has(array)) return;
  const nlohmann::json& json = golden.inputs()["batches"][0];
  const models::Batch batch = testing::read_batch(json, form_of(golden, json.at("labels")), model.tokenizer()).input;
  const Tensor logits = head_logits(model, batch, head_of(golden.config()));
  rows.near(array, testing::relative_l2(logits.values<float>(), golden.values(array)), kLogits);
}

void check(const Case& golden, Rows& rows) {
  const checkpoints::Adapter adapter = checkpoints::read_adapter(golden.folder());
  // Whole modules beside the adapters are those that the file holds under their own names.
  const auto whole = [&adapter](const nn::Parameter& p) {
    return adapter.tensors.contains("base_model.model." + p.name);
  };
  const models::TrainingPlan plan{.trained = whole, .lora = checkpoints::lora_options(adapter)};
  const auto trainee = trainee_of(golden, checkpoints::read_checkpoint(golden.folder()), plan);
  checkpoints::load_adapter(adapter, train::named_values(trainee->parameters()));
  trainee->parameters_changed();
  check_logits(golden, trainee->model(), "logits_adapter", rows);
  checkpoints::Checkpoint merged = checkpoints::read_checkpoint(golden.folder());
  checkpoints::merge_adapter(merged, adapter);
  check_logits(golden, trainee_of(golden, std::move(merged))->model(), "logits_merged", rows);
  check_run(golden, *trainee, "", rows);
}

}  // namespace

Kind adapter_kind() { return {"adapters", knows, check}; }

}  // namespace groel::golden
