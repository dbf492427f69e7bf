// Scores predictions of any kind: a sheet, rows per class, thresholds, intervals, calibration.
#pragma once

#include "statistics/sheets.h"
#include "tasks/evaluate/predictions.h"

namespace groel::tasks {

/// All scores of these rows.
statistics::ScoreSheet sheet_of(const TablePredictions& predictions, statistics::Detail detail);

/// A row for each class or label: name, support, precision, recall, F1, and with scores AUROC and average precision.
nlohmann::ordered_json class_rows(const TablePredictions& predictions);

/// Takes the thresholds that are best on `validation`, and predicts by them. A label that one class alone is true of
/// there keeps its threshold, which is counted. Errors: usage for kinds without thresholds, or without scores.
void tune(TablePredictions& predictions, const TablePredictions& validation, const PredictionOptions& options,
          Sink& sink);

/// {"accuracy": [low, high], …} of --bootstrap, with what it was made of.
nlohmann::ordered_json intervals_of(const TablePredictions& predictions, const PredictionOptions& options,
                                    std::int64_t seed);

/// Reliability, its errors, and the temperature fitted on `fit_on`, with what it changes. Errors: usage without
/// probabilities.
nlohmann::ordered_json calibration_of(const TablePredictions& predictions, const TablePredictions& fit_on,
                                      std::int64_t bins);

}  // namespace groel::tasks
