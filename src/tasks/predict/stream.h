// Predicts a stream of proteins, a piece of it at a time.
#pragma once

#include "io/sequences_summary.h"
#include "tasks/predict/options.h"
#include "tasks/predict/rows.h"
#include "tasks/reading/kept_rows.h"

namespace groel::tasks {

struct PredictSummary {
  std::int64_t records = 0;               ///< all, those of an earlier run too
  std::int64_t failed = 0;                ///< likewise
  std::int64_t resumed = 0;               ///< of an earlier run
  std::int64_t truncated = 0;             ///< whose start alone was read
  std::int64_t residues = 0, tokens = 0;  ///< computed
  double seconds = 0;                     ///< of computing
  io::SequenceSummary input{};
};

struct PredictParts {
  const predictors::Predictor& predictor;
  const PredictionRows& rows;
  const PredictOptions& options;
  KeptRows& kept;
  Sink& sink;
};

/// Reads, predicts and writes all. Errors: as for_each_input and engine::Runner; usage where what an interrupted run
/// left is of other input. What was written stays, and the error says how to go on.
PredictSummary predict_stream(const PredictParts& parts);

}  // namespace groel::tasks
