// A predictor judged on proteins that it did not learn from, beside baselines that know no language model.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "statistics/bootstrap.h"
#include "tasks/judge/said.h"

namespace groel::tasks {

/// The predictor or a baseline, and how good it is.
struct Judged {
  std::string name;                           ///< "predictor", "nearest-neighbour"
  std::string words;                          ///< in plain English
  std::string note;                           ///< what was limited
  std::vector<TablePredictions> predictions;  ///< one; of a regression one for each output
  std::map<std::string, double> scores;       ///< headline_scores; of a regression their means over outputs
  std::map<std::string, statistics::ScoreInterval> intervals;  ///< 95 %, over proteins drawn again
  double deciding = 0;
  statistics::ScoreInterval ahead{};  ///< of a baseline: by how much the predictor's deciding score is higher
};

struct Judgement {
  std::string split;  ///< "validation", "test"
  JudgedSet set;
  std::vector<std::int64_t> learned_counts;  ///< training examples of every class or label
  std::int64_t learned_proteins = 0;
  std::map<std::string, std::string> label_names;  ///< what labels are called ("DNA binding"); may be empty
  Judged predictor;
  std::vector<Judged> baselines;
  std::int64_t draws = 0;
  nlohmann::ordered_json sheet;  ///< every score of the predictor, under scikit-learn's names

  const Judged* best_baseline() const;
  /// The one that the predictor is least certain to beat: where doubt is, not always the best by a hair.
  const Judged* closest_baseline() const;
  /// Whether there are baselines, and the predictor is better than each, with the interval of the difference.
  bool beats_all() const;
  /// "GO:0003677 DNA binding", where labels have names.
  std::string called(const std::string& label) const;
  /// "DNA binding", where labels have names; else the label.
  std::string name_of(const std::string& label) const;
  /// The first line of its report.
  std::string verdict() const;
  /// Of a predictor that does not beat its baselines: what is likely behind it, and what to do; else empty.
  std::string why() const;
};

struct JudgeInput {
  const predictors::Predictor& predictor;
  const train::LabelledRows& learned;  ///< what baselines learn from
  const train::LabelledRows& judged;
  std::string split;
  std::string unlabelled;          ///< characters of residues without a label
  std::vector<double> thresholds;  ///< of several labels; none: 0.5
  std::uint64_t seed = 0;
  std::map<std::string, std::string> label_names{};
  bool scores_alone = false;               ///< neither baselines nor intervals
  std::optional<VectorKeeping> keeping{};  ///< of the vectors that a head of its own reads; none: as they come
};

/// Errors: as predictors::head_outputs_of and train::encode_labels.
Judgement judge(const JudgeInput& input, Sink& sink);

/// Intervals of all scores, and of the differences to the baselines: the same proteins are drawn again for all.
void add_intervals(Judgement& judgement, std::uint64_t seed);
/// Scores of predictions, without intervals.
Judged judged_of(std::string name, std::string words, std::vector<TablePredictions> predictions);

/// Scores, intervals, baselines, verdict.
nlohmann::ordered_json to_json(const Judgement& judgement);

/// Of several labels: for each the threshold with the best F1 on these predictions; that of a label that one class
/// alone is true of is 0.5.
std::vector<double> best_thresholds(const TablePredictions& predictions);

}  // namespace groel::tasks
