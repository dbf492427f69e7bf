// What is said of labelled proteins, by a predictor or a baseline, beside what is true.
#pragma once

#include <string>
#include <vector>

#include "predictors/predictor.h"
#include "tasks/evaluate/predictions.h"
#include "tasks/train/vectors.h"
#include "train/labels.h"

namespace groel::tasks {

/// Labelled proteins as they are judged.
struct JudgedSet {
  models::Classification classes;
  std::vector<std::string> names;  ///< where each protein is written: "file.csv:12"
  std::vector<std::string> sequences;
  std::vector<bio::Encoded> encoded;
  train::LabelledSet labels;
  std::vector<std::size_t> protein_of;  ///< of every row that is scored: a protein, or a residue that has a label
  std::vector<std::size_t> residue_of;  ///< of labels of residues: the residue's place in its protein

  bool of_residues() const { return classes.label_of == models::LabelOf::token; }
};

/// Errors: as train::encode_labels.
JudgedSet judged_set(const train::LabelledRows& rows, const models::Classification& classes,
                     const std::string& unlabelled, const bio::Tokenizer& tokenizer);

/// Scores [rows, columns], probabilities or numbers, as predictions beside the truth: one for classes or labels, one
/// for each of a regression's outputs. `thresholds`: of several labels.
std::vector<TablePredictions> beside_truth(const JudgedSet& set, const std::vector<double>& scores,
                                           const std::vector<double>& thresholds);

/// Probabilities or numbers of every row, by the predictor; [rows, columns]. `keeping`: where vectors of the model that
/// its head reads are taken from, and kept; a model with a head of its own has none.
std::vector<double> scores_by(const predictors::Predictor& predictor, const JudgedSet& set,
                              const std::optional<VectorKeeping>& keeping, Sink& sink);

}  // namespace groel::tasks
