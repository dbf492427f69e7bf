// The pictures of a report on a predictor.
#pragma once

#include <string>
#include <vector>

#include "report/figure.h"
#include "tasks/judge/judgement.h"

namespace groel::tasks {

struct NamedFigure {
  std::string name;   ///< of its files: "calibration"
  std::string about;  ///< a sentence beside it
  report::Figure figure;
};

/// Those that this kind of predictor has: scores against baselines, bars and training frequency of classes, true
/// against predicted, calibration.
std::vector<NamedFigure> figures_of(const Judgement& judgement);

/// F1 of each class or label by `judged`'s predictions, in their order; of a class that never occurs NaN.
std::vector<double> class_f1(const Judged& judged);

}  // namespace groel::tasks
