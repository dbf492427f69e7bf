// The options of pairs of proteins: where their sequences are, how they are split, and what they are judged beside.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/option_binder.h"
#include "interactions/split.h"

namespace groel::tasks {

/// Files of pairs.
struct PairInputOptions {
  std::vector<std::string> sequences, pair_columns;

  /// For these verbs; none: all.
  void declare(OptionBinder& to, const std::vector<std::string>& verbs);
};

/// groel train pairs.
struct PairOptions {
  PairInputOptions input;
  std::string how;
  double test_size = 0, val_size = 0, min_score = 0;
  std::vector<std::string> index_files, baselines;
  std::int64_t baseline_epochs = 0;

  void declare(OptionBinder& to);
  /// The split of a run. Errors: usage.
  interactions::PairSplitOptions split(std::int64_t seed) const;
};

/// What pairs are judged beside.
const std::vector<std::string>& pair_baselines();

}  // namespace groel::tasks
