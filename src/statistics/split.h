// Splits of data sets, with the same indices as scikit-learn's for the same seed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "statistics/numpy_random.h"

namespace groel::statistics {

struct IndexSplit {
  std::vector<std::int64_t> train, test;
};

struct SplitOptions {
  double test_size = 0.25;  ///< below 1 a part of the samples, rounded up; else a number of them
  std::uint32_t seed = 0;
};

/// train_test_split(arange(count), test_size, random_state); with `strata` (a class for each sample) stratified by
/// them. Errors: usage for a size that leaves a side empty; bad_input for a class of one sample, or more classes than
/// samples on a side.
IndexSplit train_test_split(std::int64_t count, const SplitOptions& options, std::span<const std::int64_t> strata = {});

/// Test indices of KFold(folds), shuffled where there is a seed. Errors: usage for fewer than two folds or more than
/// samples.
std::vector<std::vector<std::int64_t>> k_folds(std::int64_t count, std::int64_t folds,
                                               std::optional<std::uint32_t> seed);
/// Of StratifiedKFold(folds): each fold has each class in its proportion.
std::vector<std::vector<std::int64_t>> stratified_k_folds(std::span<const std::int64_t> strata, std::int64_t folds,
                                                          std::optional<std::uint32_t> seed);

}  // namespace groel::statistics
