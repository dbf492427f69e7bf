// The same training several times: with several seeds, or with each split held out in turn.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "base/progress.h"
#include "tasks/train/options.h"

namespace groel::tasks {

/// Calls `train` for each of --repeats: seeds seed, seed + 1, …, outputs OUT/repeat-1, …; with --each-split for each
/// value of the split column, which is held out, outputs OUT/split-VALUE. It gives what judge_run says.
/// -> mean, deviation and values of every score of the predictor and of the baselines' deciding one, on each split that
/// was judged, and in how many runs the predictor was ahead of each; also in OUT/repeats.json and, for people, in
/// OUT/report.html. A repeat that is finished is not trained again with --resume. Errors: those of `train`; usage; io.
nlohmann::ordered_json train_repeats(const TrainOptions& options,
                                     const std::function<nlohmann::ordered_json(const TrainOptions& one)>& train,
                                     Sink& sink);

/// That as a table for people.
std::string repeats_table(const nlohmann::ordered_json& repeats);

}  // namespace groel::tasks
