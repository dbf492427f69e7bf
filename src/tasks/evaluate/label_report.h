// groel evaluate classify --report: the page on a predictor, of any labelled proteins.
#pragma once

#include <nlohmann/json.hpp>

#include "tasks/evaluate/options.h"
#include "train/labels.h"

namespace groel::tasks {

/// Errors: usage for a report that exists already, unless it may be replaced, and for options that are for a report
/// where none is asked for.
void check_label_report(const EvaluateOptions& options);

/// Judges the predictor on `rows`, with intervals, and beside baselines where --learned-from names what these can learn
/// from; writes the page and its pieces. -> what was found. Errors: as judge, read_labelled and write_report.
nlohmann::ordered_json report_on_labels(const EvaluateOptions& options, const train::LabelledRows& rows, Sink& sink);

}  // namespace groel::tasks
