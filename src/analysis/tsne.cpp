// t-SNE by gradient descent with momentum and gains, first with exaggerated affinities, as scikit-learn runs it.
#include "analysis/tsne.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/affinities.h"
#include "analysis/pca.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/random.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

constexpr int kExploring = 250;  // iterations with exaggeration
constexpr int kCheckEvery = 50;
constexpr int kPatience = 300;  // iterations without a lower divergence
constexpr double kLeastGradient = 1e-7;
constexpr double kStartSpread = 1e-4;
constexpr double kTiny = 2.220446049250313e-16;
constexpr std::uint64_t kPurpose = 0x7473'6E65;  // of the seed: "tsne"

void check(const Vectors& x, const TsneOptions& options) {
  if (x.rows < 3) throw Error(ErrorKind::usage, fmt::format("t-SNE of {} vectors; it takes three or more", x.rows));
  if (!(options.perplexity >= 1) || options.perplexity >= static_cast<double>(x.rows))
    throw Error(ErrorKind::usage,
                {fmt::format("perplexity {} for {} vectors", options.perplexity, x.rows),
                 {},
                 "it is at least 1 and below the number of vectors; a third of that at most is usual"});
}

double normal(std::uint64_t key, std::uint64_t i) {
  const auto bits = philox(key, i);
  const double radius = std::sqrt(-2 * std::log((bits[0] + 1.0) * 0x1p-32));
  return radius * std::cos(2 * std::numbers::pi * unit_double(bits[1]));
}

std::vector<Point> random_start(std::int64_t rows, std::uint64_t seed) {
  std::vector<Point> out(static_cast<std::size_t>(rows));
  const std::uint64_t key = derive_key(seed, kPurpose);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = {kStartSpread * normal(key, 2 * i), kStartSpread * normal(key, 2 * i + 1)};
  return out;
}

// The first two components, the first with the standard deviation kStartSpread.
std::vector<Point> pca_start(const Vectors& x) {
  const Components found = principal_components(x, 2);
  const double rows = static_cast<double>(x.rows);
  const double deviation = std::sqrt(found.variance[0] * (rows - 1) / rows);
  const double scale = deviation > 0 ? kStartSpread / deviation : 0;
  std::vector<Point> out;
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const auto row = found.scores.row(r);
    out.push_back({static_cast<double>(row[0]) * scale, static_cast<double>(row[1]) * scale});
  }
  return out;
}

class TsneDescent {
 public:
  TsneDescent(const Affinities& affinities, std::vector<Point> start, const TsneOptions& options)
      : p_(affinities),
        options_(options),
        y_(std::move(start)),
        update_(y_.size(), Point{}),
        gains_(y_.size(), Point{1, 1}),
        gradient_(y_.size()),
        repulsion_(y_.size()),
        divergence_(y_.size()) {
    const double rows = static_cast<double>(y_.size());
    rate_ = options.learning_rate > 0 ? options.learning_rate : std::max(rows / options.early_exaggeration / 4, 50.0);
  }

  TsneResult run() {
    const int exploring = std::min(kExploring, options_.iterations);
    descend(0, exploring, 0.5, options_.early_exaggeration);
    if (options_.iterations > exploring) descend(exploring, options_.iterations, 0.8, 1);
    return {y_, divergence(1), done_};
  }

 private:
  void descend(int from, int to, double momentum, double exaggeration) {
    std::ranges::fill(update_, Point{});
    std::ranges::fill(gains_, Point{1, 1});
    double best = INFINITY;
    int best_at = from;
    for (int i = from; i < to; ++i) {
      check_interrupted();
      const double norm = step(momentum, exaggeration);
      done_ = i + 1;
      if ((i + 1) % kCheckEvery != 0) continue;
      const double now = divergence(exaggeration);
      if (options_.progress) options_.progress(i + 1, now);
      if (now < best) {
        best = now;
        best_at = i;
      } else if (i - best_at > kPatience) {
        return;
      }
      if (norm <= kLeastGradient) return;
    }
  }

  // -> the gradient's norm.
  double step(double momentum, double exaggeration) {
    compute_gradient(exaggeration);
    double norm = 0;
    for (std::size_t i = 0; i < y_.size(); ++i)
      for (std::size_t d = 0; d < 2; ++d) {
        const double slope = gradient_[i][d];
        norm += slope * slope;
        double& gain = gains_[i][d];
        gain = std::max(0.01, update_[i][d] * slope < 0 ? gain + 0.2 : gain * 0.8);
        update_[i][d] = momentum * update_[i][d] - rate_ * gain * slope;
        y_[i][d] += update_[i][d];
      }
    return std::sqrt(norm);
  }

  // Repulsion from all, and the sum of all weights.
  double repel() {
    const Quadtree tree(y_);
    parallel_for(static_cast<std::int64_t>(y_.size()), [&](std::int64_t i) {
      repulsion_[static_cast<std::size_t>(i)] = tree.repulsion(y_[static_cast<std::size_t>(i)], options_.angle);
    });
    double sum = 0;
    for (const auto& one : repulsion_) sum += one.weights;
    return std::max(sum, kTiny);
  }

  void compute_gradient(double exaggeration) {
    const double sum = repel();
    parallel_for(static_cast<std::int64_t>(y_.size()), [&](std::int64_t row) {
      const auto i = static_cast<std::size_t>(row);
      Point pull{};
      for (auto at = static_cast<std::size_t>(p_.starts[i]); at < static_cast<std::size_t>(p_.starts[i + 1]); ++at) {
        const Point& other = y_[static_cast<std::size_t>(p_.columns[at])];
        const Point away{y_[i][0] - other[0], y_[i][1] - other[1]};
        const double share = exaggeration * p_.values[at] / (1 + away[0] * away[0] + away[1] * away[1]);
        for (std::size_t d = 0; d < 2; ++d) pull[d] += share * away[d];
      }
      for (std::size_t d = 0; d < 2; ++d) gradient_[i][d] = 4 * (pull[d] - repulsion_[i].force[d] / sum);
    });
  }

  double divergence(double exaggeration) {
    const double sum = repel();
    parallel_for(static_cast<std::int64_t>(y_.size()), [&](std::int64_t row) {
      const auto i = static_cast<std::size_t>(row);
      divergence_[i] = 0;
      for (auto at = static_cast<std::size_t>(p_.starts[i]); at < static_cast<std::size_t>(p_.starts[i + 1]); ++at) {
        const Point& other = y_[static_cast<std::size_t>(p_.columns[at])];
        const double x = y_[i][0] - other[0];
        const double y = y_[i][1] - other[1];
        const double p = exaggeration * p_.values[at];
        const double q = 1 / (1 + x * x + y * y) / sum;
        divergence_[i] += p * std::log(std::max(p, kTiny) / std::max(q, kTiny));
      }
    });
    double out = 0;
    for (const double one : divergence_) out += one;
    return out;
  }

  const Affinities& p_;
  const TsneOptions& options_;
  std::vector<Point> y_, update_, gains_, gradient_;
  std::vector<Quadtree::Repulsion> repulsion_;
  std::vector<double> divergence_;
  double rate_ = 0;
  int done_ = 0;
};

}  // namespace

TsneResult tsne(const Vectors& x, const TsneOptions& options) {
  check(x, options);
  const auto few = std::min(x.rows - 1, static_cast<std::int64_t>(3 * options.perplexity + 1));
  const std::int64_t neighbours = options.angle > 0 ? few : x.rows - 1;
  const Affinities affinities = joint_probabilities(
      nearest_others(options.metric == Metric::cosine ? normalised(x) : x, neighbours, options.metric),
      options.perplexity);
  const bool from_pca = options.start == TsneOptions::Start::pca && x.width > 1;
  return TsneDescent(affinities, from_pca ? pca_start(x) : random_start(x.rows, options.seed), options).run();
}

}  // namespace groel::analysis
