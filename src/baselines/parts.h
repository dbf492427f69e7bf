// What the baselines share: their task, and the frequencies that all fall back to.
#pragma once

#include <string>
#include <vector>

#include "baselines/baselines.h"

namespace groel::baselines {

struct BaselineTask {
  Kind kind;
  const LabelledProteins& train;
  const std::vector<std::string>& judged;
  const BaselineOptions& options;

  std::size_t columns() const { return static_cast<std::size_t>(train.columns); }
};

/// [columns]: how often each class or label is among the training proteins, half a protein more on either side so that
/// nothing is impossible or certain; of numbers the means.
std::vector<double> frequencies(const BaselineTask& task);

/// [n, columns]: the same for every judged protein.
std::vector<double> repeated(const std::vector<double>& row, std::size_t times);

Baseline coin_flip(const BaselineTask& task);
Baseline class_frequencies(const BaselineTask& task);
Baseline descriptor_regression(const BaselineTask& task);
Baseline kmer_regression(const BaselineTask& task);
Baseline nearest_neighbour(const BaselineTask& task);

}  // namespace groel::baselines
