// Resamples and takes percentiles.
#include "statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"

namespace groel::statistics {
namespace {

constexpr std::uint64_t kPurpose = 0x626f6f74;  // "boot"

std::vector<std::size_t> resample(std::size_t count, std::uint64_t key) {
  std::vector<std::size_t> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto words = philox(key, i);
    out[i] = std::min(count - 1, static_cast<std::size_t>((static_cast<double>(words[0]) * 0x1p-32 +
                                                           static_cast<double>(words[1]) * 0x1p-64) *
                                                          static_cast<double>(count)));
  }
  return out;
}

ScoreInterval interval_of(std::vector<double> values, const BootstrapOptions& options) {
  ScoreInterval out{NAN, NAN, NAN, options.draws - static_cast<std::int64_t>(values.size())};
  if (values.empty()) return out;
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  out.low = quantile(values, (1 - options.level) / 2);
  out.high = quantile(values, (1 + options.level) / 2);
  out.deviation = values.size() > 1 ? std::sqrt(squares / (count - 1)) : NAN;
  return out;
}

}  // namespace

double quantile(std::span<const double> sorted, double part) {
  GROEL_REQUIRE(!sorted.empty());
  const double place = part * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - static_cast<double>(below));
}

std::map<std::string, ScoreInterval> bootstrap(std::size_t count, const BootstrapOptions& options,
                                               const ScoresOf& scores) {
  if (options.draws < 2) throw Error(ErrorKind::usage, "a bootstrap takes two resamples at least");
  if (!(options.level > 0 && options.level < 1)) throw Error(ErrorKind::usage, "a level is between 0 and 1");
  if (count == 0) throw Error(ErrorKind::bad_input, "there is nothing to resample");
  std::vector<std::map<std::string, double>> all(static_cast<std::size_t>(options.draws));
  parallel_for(options.draws, [&](std::int64_t draw) {
    all[static_cast<std::size_t>(draw)] =
        scores(resample(count, derive_key(options.seed, kPurpose, static_cast<std::uint64_t>(draw))));
  });
  std::map<std::string, std::vector<double>> by_name;
  for (const auto& one : all)
    for (const auto& [name, value] : one)
      if (!std::isnan(value)) by_name[name].push_back(value);
  std::map<std::string, ScoreInterval> out;
  for (auto& [name, values] : by_name) out[name] = interval_of(std::move(values), options);
  return out;
}

}  // namespace groel::statistics
