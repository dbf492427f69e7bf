// Downstream tasks with and without each prompt: which prompt helps, which hurts, and which the data cannot tell.
#pragma once

#include <nlohmann/json.hpp>

#include "tasks/probe/options.h"

namespace groel::tasks {

/// Runs every task of the recipe with no prompt, each prompt alone and all of them together. -> what is in
/// OUTPUT/probe.json, from which OUTPUT/probe.csv and OUTPUT/report.html are made: of every task the deciding score by
/// choice of prompts and seed, its mean, and its difference to the same runs without prompts with a 95 % interval over
/// seeds (Student's t). Errors: usage; those of groel train.
nlohmann::ordered_json run_ablation(const ProbeOptions& options, Context& context);

std::string ablation_text(const nlohmann::ordered_json& found);

}  // namespace groel::tasks
