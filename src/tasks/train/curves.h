// Draws pictures of training runs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/figure.h"
#include "train/curve.h"

namespace groel::tasks {

struct PlottedRun {
  std::string name;  ///< of its folder
  std::vector<train::CurvePoint> curve;
};

/// The run of a folder that `groel train` wrote. Errors: not_found, bad_input.
PlottedRun read_run(const std::filesystem::path& folder);

/// Losses of training and of held-out data against the step.
report::Figure loss_figure(const std::vector<PlottedRun>& runs);
/// The scores on held-out data but the loss and what follows from it; without lines when there is none.
report::Figure score_figure(const std::vector<PlottedRun>& runs);

}  // namespace groel::tasks
