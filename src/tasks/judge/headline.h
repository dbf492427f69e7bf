// The few scores that a predictor is judged by, and the one that decides.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tasks/evaluate/predictions.h"

namespace groel::tasks {

/// Under scikit-learn's names: of classes accuracy, balanced_accuracy, f1 (f1_macro of several), matthews_corrcoef,
/// and of two roc_auc and average_precision; of labels f1_micro, f1_macro, average_precision_micro,
/// average_precision_macro, and CAFA's fmax over the labels as they are; of numbers spearmanr, pearsonr, r2 and rmse.
/// What the rows leave undefined is NaN.
std::map<std::string, double> headline_scores(const TablePredictions& predictions);
/// The names, the one that decides first: matthews_corrcoef, average_precision_micro, spearmanr.
std::vector<std::string> headline_names(PredictionKind kind);
/// The one that decides, alone; that of predictions that are all the same is 0.
double deciding_score(const TablePredictions& predictions);
/// "Matthews correlation" of "matthews_corrcoef".
std::string plain_score_name(const std::string& name);

}  // namespace groel::tasks
