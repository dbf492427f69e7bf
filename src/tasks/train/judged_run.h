// What follows training on labels: the predictor is judged, and its report written.
#pragma once

#include <nlohmann/json.hpp>

#include "tasks/train/findings.h"
#include "tasks/train/plan.h"
#include "train/labels.h"

namespace groel::tasks {

struct FinishedRun {
  const TrainPlan& plan;
  const train::RowSplit& rows;
  Findings& findings;
};

/// Loads what the run left in its folder, judges it on the held-out rows (report/), and, where that was asked for, on
/// those of the test split (test/). The card of the folder gets thresholds, and what was found when. -> the verdicts;
/// null where nothing was judged. Errors: as judge and write_report; usage, for a test split without rows.
nlohmann::ordered_json judge_run(const FinishedRun& run);

}  // namespace groel::tasks
