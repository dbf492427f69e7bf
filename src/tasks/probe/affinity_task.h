// How strongly two proteins bind, as a probe's task: a number for each pair, as of an antibody and its antigen.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tasks/probe/options.h"

namespace groel::tasks {

struct AffinityTask {
  std::string name;
  std::vector<std::string> data, sequences;
  std::vector<std::string> pair_columns;  ///< of the two ids; default: the table's first two
  std::string value_column;               ///< a number: log Kd, ΔG, …
  double learned = 0.7;                   ///< part of the pairs that a seed learns from
  double inverse_strength = 0.01;
  std::int64_t max_length = 1022;
};

/// Of a recipe's fields: data, sequences, value-column, pair-columns, learned, inverse-strength, max-length. Errors:
/// usage.
AffinityTask affinity_task(const std::string& name, const nlohmann::json& fields);

struct AffinityRun {
  const ProbeOptions& options;
  std::vector<std::string> prompts;
};

/// For every seed: a ridge regression on p + q, |p - q| and p·q of the proteins' mean vectors, and Spearman's
/// correlation of what it says of the other pairs. Pairs without a number, or with an id that has no sequence, are
/// counted and said. Errors: bad_input for fewer than ten pairs, or numbers that are all the same.
std::vector<double> affinity_scores(const AffinityTask& task, const AffinityRun& run, Context& context);

}  // namespace groel::tasks
