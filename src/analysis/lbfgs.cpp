// L-BFGS with the two-loop recursion and a backtracking line search.
#include "analysis/lbfgs.h"

#include <cmath>
#include <deque>
#include <vector>

namespace groel::analysis {
namespace {

using Vector = Eigen::VectorXd;

struct Step {
  Vector moved, turned;  // differences of places and of slopes
  double product = 0;    // of the two
};

class Descent {
 public:
  Descent(const Objective& objective, Vector& at, const LbfgsOptions& options)
      : objective_(objective), at_(at), options_(options), gradient_(at.size()) {}

  LbfgsResult run() {
    LbfgsResult out;
    value_ = objective_(at_, gradient_);
    const double enough = options_.tolerance * gradient_.lpNorm<Eigen::Infinity>();
    for (; out.iterations < options_.iterations; ++out.iterations) {
      out.converged = gradient_.lpNorm<Eigen::Infinity>() <= enough || !go();
      if (out.converged) return out;
    }
    out.converged = gradient_.lpNorm<Eigen::Infinity>() <= enough;
    return out;
  }

 private:
  Vector direction() const {
    Vector out = -gradient_;
    std::vector<double> parts(steps_.size());
    for (std::size_t i = steps_.size(); i-- > 0;) {
      parts[i] = steps_[i].moved.dot(out) / steps_[i].product;
      out -= parts[i] * steps_[i].turned;
    }
    if (steps_.empty()) return out / gradient_.norm();
    out *= steps_.back().product / steps_.back().turned.squaredNorm();
    for (std::size_t i = 0; i < steps_.size(); ++i)
      out += (parts[i] - steps_[i].turned.dot(out) / steps_[i].product) * steps_[i].moved;
    return out;
  }

  // One step; -> whether the value fell.
  bool go() {
    constexpr double kFall = 1e-4;
    constexpr int kHalvings = 40;
    const Vector towards = direction();
    const double slope = towards.dot(gradient_);
    Vector next_gradient(at_.size());
    double length = 1;
    for (int halving = 0; halving < kHalvings; ++halving, length /= 2) {
      const Vector next = at_ + length * towards;
      const double value = objective_(next, next_gradient);
      if (!(value <= value_ + kFall * length * slope)) continue;
      remember(next - at_, next_gradient - gradient_);
      at_ = next;
      gradient_ = next_gradient;
      value_ = value;
      return true;
    }
    return false;
  }

  void remember(Vector moved, Vector turned) {
    const double product = moved.dot(turned);
    if (!(product > 0)) return;
    if (static_cast<int>(steps_.size()) == options_.history) steps_.pop_front();
    steps_.push_back({std::move(moved), std::move(turned), product});
  }

  const Objective& objective_;
  Vector& at_;
  const LbfgsOptions& options_;
  Vector gradient_;
  double value_ = 0;
  std::deque<Step> steps_;
};

}  // namespace

LbfgsResult minimise(const Objective& objective, Eigen::VectorXd& at, const LbfgsOptions& options) {
  return Descent(objective, at, options).run();
}

}  // namespace groel::analysis
