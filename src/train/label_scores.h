// Scores of a head on labelled data.
#pragma once

#include "models/classifier.h"
#include "train/evaluation.h"

namespace groel::train {

/// The names of `label_scores`, the loss first: what --metric may name.
std::vector<std::string> label_score_names(const models::Classification& classes);

/// One label: accuracy, balanced_accuracy, f1 (macro), mcc, auroc (one against the rest, mean of the classes that
/// occur). Several labels: accuracy (of every yes and no), subset_accuracy, f1, mcc and auroc (means over labels).
/// Regression: spearman, pearson, rmse, mae, r2 (means over outputs). What the data leave undefined is NaN.
/// Scores::classes: one row per class or output.
Scores label_scores(const LossSum& sum, const models::Classification& classes);

}  // namespace groel::train
