// Contacts as a probe's task: within chains, and between two of them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tasks/probe/options.h"

namespace groel::tasks {

struct ContactTask {
  std::string name;
  std::vector<std::string> structures;
  bool between_chains = false;
  double learned = 0.5;  ///< part of the chains, or pairs of chains, that a seed learns from
  double inverse_strength = 0.15;
};

/// Of a recipe's fields: structures, between = "chains", learned, inverse-strength. Errors: usage.
ContactTask contact_task(const std::string& name, const nlohmann::json& fields);

struct ContactRun {
  const ProbeOptions& options;
  std::vector<std::string> prompts;
};

/// For every seed: a logistic regression on the attention maps of some chains, and its average precision on the pairs
/// of residues of the others. Two chains are read as one sequence, with 25 glycines between them. Errors: those of
/// groel fit-contacts; bad_input for fewer than two chains.
std::vector<double> contact_scores(const ContactTask& task, const ContactRun& run, Context& context);

}  // namespace groel::tasks
