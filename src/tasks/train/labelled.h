// groel train classify and residues: trains heads on labelled data.
#pragma once

#include "tasks/task.h"
#include "tasks/train/cost.h"
#include "tasks/train/findings.h"
#include "tasks/train/plan.h"

namespace groel::tasks {

struct TrainedModel {
  train::TrainingResult result;
  Findings findings;
  std::optional<RunCost> cost{};    ///< as said before the run
  nlohmann::ordered_json judged{};  ///< what judge_run says; null where nothing was judged
};

/// Errors: as train::train, read_labelled, encode_labels and check_labels; usage.
TrainedModel train_head(TrainPlan plan, checkpoints::Checkpoint weights, Context& context);

/// train::Scores::classes as a table for people.
std::string class_table(const nlohmann::ordered_json& classes);

/// A model with learned positions has no more residues than those.
void keep_to_positions(TrainPlan& plan, const checkpoints::Checkpoint& weights,
                       const models::TokenizerPointer& tokenizer);
/// The model with its adapters merged, in OUT/merged.
void write_merged(const std::filesystem::path& folder);

}  // namespace groel::tasks
