// What training writes into predictor.json: labels, lengths, recipe, data and scores.
#pragma once

#include "predictors/card.h"
#include "tasks/train/label_run.h"

namespace groel::tasks {

/// Recipe, data files with their hashes and rows, and the version of the program.
nlohmann::ordered_json run_facts(const LabelRun& run, const TrainPlan& plan);
/// Of a model that has its head itself.
predictors::Card transformers_card(const LabelRun& run, const TrainPlan& plan);

/// The scores of held-out data at the end of training.
nlohmann::ordered_json metric_facts(const train::TrainingResult& result);
/// Into the folder of the run and its best/, with the scores. Errors: io.
void write_cards(const TrainPlan& plan, predictors::Card card, const train::TrainingResult& result);
/// As it is seen from `folder`: the trunk's path may be relative. Errors: io.
void write_card_from(const std::filesystem::path& folder, predictors::Card card);

}  // namespace groel::tasks
