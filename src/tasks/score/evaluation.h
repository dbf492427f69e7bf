// How well scores agree with measured values.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace groel::tasks {

struct Agreement {
  std::string column;
  std::int64_t count = 0;                       ///< rows that have both a score and a measured value
  std::int64_t rows = 0;                        ///< all rows
  double spearman = 0, pearson = 0, auroc = 0;  ///< NaN where it is not defined
  double threshold = 0;                         ///< measured values above it are the positives of AUROC
};

/// NaNs on either side are left out. Without a threshold the median of the measured values is it.
Agreement agreement(const std::string& column, std::span<const double> scores, std::span<const double> measured,
                    std::optional<double> threshold);

nlohmann::ordered_json to_json(const Agreement& agreement);

}  // namespace groel::tasks
