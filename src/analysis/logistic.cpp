// Logistic regression by Newton's method: minimises quadratic models one coordinate at a time, the bias last.
#include "analysis/logistic.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

constexpr std::int64_t kParts = 16;  // sums are made in these, whatever the number of threads
constexpr std::int64_t kRowsAtOnce = 1024;

double log_loss(double score, bool label) {
  const double z = label ? -score : score;
  return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
}

class LogisticFit {
 public:
  LogisticFit(const LogisticData& data, const LogisticOptions& options)
      : data_(data), options_(options), width_(data.width) {}

  LogisticModel run() {
    Vector at = Vector::Zero(width_ + 1);
    at[width_] = starting_bias();
    double now = objective(at);
    LogisticModel out;
    for (out.iterations = 0; out.iterations < options_.iterations; ++out.iterations) {
      const Quadratic model = expand(at);
      const Vector step = minimise(model, at) - at;
      const double next = search(at, step, now);
      const bool done = now - next <= options_.tolerance * std::abs(now);
      now = next;
      if (done) break;
    }
    out.weights.assign(at.data(), at.data() + width_);
    out.bias = at[width_];
    out.objective = now;
    return out;
  }

  // Of the loss alone, with every weight 0 and the bias that fits best then.
  Vector slope_at_nothing() const {
    Vector at = Vector::Zero(width_ + 1);
    at[width_] = starting_bias();
    return expand(at).gradient.head(width_) / options_.inverse_strength;
  }

 private:
  struct Quadratic {
    Matrix hessian;
    Vector gradient;
  };

  double starting_bias() const {
    const auto ones = static_cast<double>(std::count(data_.labels.begin(), data_.labels.end(), 1));
    return std::log(ones / (static_cast<double>(data_.samples()) - ones));
  }

  double penalty(const Vector& at) const {
    const auto weights = at.head(width_);
    return options_.penalty == LogisticOptions::Penalty::l1 ? weights.lpNorm<1>() : weights.squaredNorm() / 2;
  }

  // Calls `each(part, rows, labels)` with the samples of each part, some rows [n, width] at a time.
  template <class Each>
  void visit(const Each& each) const {
    using Floats = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const std::int64_t samples = data_.samples();
    parallel_for(kParts, [&](std::int64_t part) {
      Matrix rows;
      for (std::int64_t begin = samples * part / kParts; begin < samples * (part + 1) / kParts; begin += kRowsAtOnce) {
        const std::int64_t count = std::min(kRowsAtOnce, samples * (part + 1) / kParts - begin);
        rows.resize(count, width_ + 1);
        rows.leftCols(width_) =
            Eigen::Map<const Floats>(data_.features.data() + begin * width_, count, width_).template cast<double>();
        rows.col(width_).setOnes();
        each(static_cast<std::size_t>(part), rows, data_.labels.data() + begin);
      }
    });
  }

  double objective(const Vector& at) const {
    std::vector<double> sums(kParts, 0.0);
    visit([&](std::size_t part, const Matrix& rows, const std::uint8_t* labels) {
      const Vector scores = rows * at;
      for (Eigen::Index i = 0; i < scores.size(); ++i) sums[part] += log_loss(scores[i], labels[i] != 0);
    });
    double sum = 0;
    for (const double part : sums) sum += part;
    return options_.inverse_strength * sum + penalty(at);
  }

  Quadratic expand(const Vector& at) const {
    std::vector<Quadratic> parts(kParts, {Matrix::Zero(width_ + 1, width_ + 1), Vector::Zero(width_ + 1)});
    visit([&](std::size_t part, const Matrix& rows, const std::uint8_t* labels) {
      Vector scores = rows * at;
      Vector roots(scores.size());  // square roots of p (1 - p)
      for (Eigen::Index i = 0; i < scores.size(); ++i) {
        const double p = 1 / (1 + std::exp(-scores[i]));
        scores[i] = p - labels[i];
        roots[i] = std::sqrt(p * (1 - p));
      }
      const Matrix scaled = roots.asDiagonal() * rows;
      parts[part].gradient.noalias() += rows.transpose() * scores;
      parts[part].hessian.noalias() += scaled.transpose() * scaled;
    });
    for (std::size_t part = 1; part < parts.size(); ++part) {
      parts[0].gradient += parts[part].gradient;
      parts[0].hessian += parts[part].hessian;
    }
    parts[0].gradient *= options_.inverse_strength;
    parts[0].hessian *= options_.inverse_strength;
    return parts[0];
  }

  // Of gradient·d + d·H·d/2 + penalty(at + d); -> at + d.
  Vector minimise(const Quadratic& model, const Vector& at) const {
    constexpr int kRounds = 1000;
    Vector x = at, slope = model.gradient;  // of the quadratic at x
    for (int round = 0; round < kRounds; ++round) {
      double most = 0;
      for (Eigen::Index k = 0; k <= width_; ++k) {
        const double curvature = model.hessian(k, k) + 1e-12;
        const double changed = coordinate(x[k], slope[k], curvature, k == width_) - x[k];
        if (changed == 0) continue;
        x[k] += changed;
        slope += changed * model.hessian.row(k).transpose();
        most = std::max(most, curvature * changed * changed);
      }
      if (most < 1e-10) break;
    }
    return x;
  }

  double coordinate(double value, double slope, double curvature, bool is_bias) const {
    if (is_bias) return value - slope / curvature;
    if (options_.penalty == LogisticOptions::Penalty::l2) return (curvature * value - slope) / (curvature + 1);
    const double free = curvature * value - slope;
    if (free > 1) return (free - 1) / curvature;
    return free < -1 ? (free + 1) / curvature : 0;
  }

  // Goes along the step, or a part of it that helps; -> the objective there.
  double search(Vector& at, const Vector& step, double now) const {
    for (double part = 1; part > 1e-6; part /= 2) {
      const Vector tried = at + part * step;
      const double value = objective(tried);
      if (!(value <= now)) continue;
      at = tried;
      return value;
    }
    return now;
  }

  const LogisticData& data_;
  const LogisticOptions& options_;
  Eigen::Index width_;
};

void require_both_labels(const LogisticData& data) {
  GROEL_REQUIRE(data.width > 0 && data.features.size() == data.labels.size() * static_cast<std::size_t>(data.width));
  const auto ones = std::count(data.labels.begin(), data.labels.end(), 1);
  if (ones == 0 || ones == data.samples())
    throw Error(ErrorKind::usage, "there are not both kinds of sample to learn from");
}

}  // namespace

LogisticModel fit_logistic(const LogisticData& data, const LogisticOptions& options) {
  require_both_labels(data);
  if (!(options.inverse_strength > 0)) throw Error(ErrorKind::usage, "the inverse strength of a penalty is positive");
  return LogisticFit(data, options).run();
}

double least_inverse_strength(const LogisticData& data) {
  require_both_labels(data);
  return 1 / LogisticFit(data, {}).slope_at_nothing().lpNorm<Eigen::Infinity>();
}

}  // namespace groel::analysis
