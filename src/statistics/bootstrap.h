// Confidence intervals of scores by resampling the samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>

namespace groel::statistics {

struct BootstrapOptions {
  std::int64_t draws = 1000;
  std::uint64_t seed = 0;
  double level = 0.95;
};

/// The percentiles of a score over the resamples in which it is defined.
struct ScoreInterval {
  double low = 0, high = 0;
  double deviation = 0;        ///< standard deviation
  std::int64_t undefined = 0;  ///< resamples in which it is not
};

/// What is scored in one resample: places of samples, with repetitions.
using ScoresOf = std::function<std::map<std::string, double>(std::span<const std::size_t>)>;

/// Each resample draws `count` of `count` samples; which ones depends on the seed and the resample's number alone, so
/// threads change nothing. `scores` is called by several threads at once. Errors: usage for fewer than 2 draws or a
/// level outside (0, 1); bad_input without samples.
std::map<std::string, ScoreInterval> bootstrap(std::size_t count, const BootstrapOptions& options,
                                               const ScoresOf& scores);

/// numpy.percentile with linear interpolation; `sorted` is not empty.
double quantile(std::span<const double> sorted, double part);

}  // namespace groel::statistics
