// L-BFGS: finds the minimum of a smooth convex function of many numbers by its slopes.
#pragma once

#include <Eigen/Core>
#include <functional>

namespace groel::analysis {

/// -> the value at `at`, and the slopes in `gradient`, which has its size.
using Objective = std::function<double(const Eigen::VectorXd& at, Eigen::VectorXd& gradient)>;

struct LbfgsOptions {
  int iterations = 100;
  double tolerance = 1e-4;  ///< done when no slope is steeper than this part of the steepest at the start
  int history = 10;         ///< steps whose curvature is remembered
};

struct LbfgsResult {
  int iterations = 0;
  bool converged = false;  ///< false: stopped by `iterations`
};

/// Goes from `at` downhill (Nocedal and Wright, algorithm 7.5; steps are halved until Armijo's condition holds) and
/// leaves the best place in `at`. A step too small for the value to fall counts as converged: there is nothing further
/// that its digits could tell.
LbfgsResult minimise(const Objective& objective, Eigen::VectorXd& at, const LbfgsOptions& options);

}  // namespace groel::analysis
