// Of several labels: how well each protein's labels are told, averaged over the proteins.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tasks/evaluate/predictions.h"

namespace groel::tasks {

/// accuracy, precision, recall, average_precision and roc_auc of each protein over its labels, and their means over the
/// proteins. What a protein leaves undefined (it has no label, or none is predicted) counts as 0.
std::map<std::string, double> protein_scores(const TablePredictions& predictions);
/// Their names, in the order in which they are shown.
const std::vector<std::string>& protein_score_names();

/// Average precision of each label over the proteins; of a label that none has NaN.
std::vector<double> label_precision(const TablePredictions& predictions);

}  // namespace groel::tasks
