// The options of groel evaluate.
#pragma once

#include "tasks/pairs/options.h"
#include "tasks/reading/ontology.h"
#include "tasks/train/options.h"

namespace groel::tasks {

/// groel evaluate table.
struct PredictionOptions {
  std::string kind;
  std::vector<std::string> truth_column, score_columns;
  std::vector<std::string> label_column;  ///< that of LabelColumnOptions
  std::string score_kind;
  std::optional<std::string> positive;
  double threshold = 0.5;
  std::optional<std::string> tune_on;
  std::string tune_for;
  std::int64_t bootstrap = 0;
  bool calibration = false;
  std::int64_t bins = 0;

  void declare(OptionBinder& to);
};

/// groel evaluate terms.
struct TermOptions : OutputOptions {
  OntologyOptions ontology;
  std::vector<std::string> truth;
  std::optional<std::string> information;
  bool with_root = false;
  std::int64_t min_count = 1;

  void declare(OptionBinder& to);
};

struct EvaluateOptions : ModelOptions, LabelColumnOptions, ThreadOptions {
  PredictionOptions table;
  TermOptions terms;
  PairInputOptions pairs;
  std::vector<std::string> objective;
  std::vector<std::string> data;
  double mask_fraction = 0;
  std::int64_t seed = 0;
  std::int64_t max_length = 0;
  std::int64_t batch_tokens = 0;
  bool per_residue = false;
  std::vector<std::string> split, learned_from;
  std::optional<std::string> report;
  bool json = false;

  void declare(OptionBinder& to);
};

/// What can be evaluated.
const std::vector<Verb>& evaluate_verbs();

}  // namespace groel::tasks
