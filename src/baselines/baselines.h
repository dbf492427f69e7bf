// Predictors without a language model, which every trained predictor has to beat.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"

namespace groel::baselines {

/// One class of several; a yes or no for each label; numbers.
enum class Kind { one_class, several_labels, numbers };

struct LabelledProteins {
  std::vector<std::string> sequences;
  std::int64_t columns = 0;           ///< classes, labels or outputs
  std::vector<std::int64_t> classes;  ///< [n], each in [0, columns); of kind one_class
  std::vector<double> values;         ///< [n, columns], 0 and 1 or numbers; of the other kinds
};

struct Baseline {
  std::string name;            ///< one of baseline_names()
  std::string words;           ///< what it is, in plain English
  std::vector<double> scores;  ///< [n, columns]: probabilities, or numbers
  std::string note;            ///< what was limited ("stopped after 25 iterations"); empty where nothing was
};

struct BaselineOptions {
  std::uint64_t seed = 0;
  std::vector<std::string> which;  ///< of baseline_names(); none: all
  /// Multiply-adds that a regression may take. Fewer iterations are made where the data are larger, never fewer than 8;
  /// the result depends on it and not on the machine's speed. The default takes about 20 seconds on two cores.
  double work = 1.5e11;
};

/// coin-flip, frequencies, descriptors, 3-mers, nearest-neighbour: from the simplest to the best informed.
const std::vector<std::string>& baseline_names();

/// Learned on `train`, said of `judged`. Probabilities are above 0 and below 1, so that log loss is finite. The same
/// bits for a seed, whatever the number of threads. Errors: usage, for nothing to learn from and for a name that is
/// none; interrupted.
std::vector<Baseline> run_baselines(Kind kind, const LabelledProteins& train, const std::vector<std::string>& judged,
                                    const BaselineOptions& options, Sink& sink);

}  // namespace groel::baselines
