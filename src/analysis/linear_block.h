// One problem of a linear model: outputs that are fitted together.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/lbfgs.h"
#include "analysis/linear_model.h"

namespace groel::analysis {

/// Rows of features, and the same by columns.
struct LinearFeatures {
  const SparseRows& rows;
  const SparseRows columns;
};

/// Targets of `outputs` columns; rows of `values` have `stride` numbers, of which the last are padding.
struct BlockTargets {
  LinearKind kind = LinearKind::classes;
  std::int64_t outputs = 0, stride = 0;
  std::span<const std::int64_t> classes;  // of kind classes
  std::vector<double> values;             // [rows, stride], of the other kinds
};

/// `outputs`, rounded up to what row_product.h wants.
std::int64_t padded(std::int64_t outputs);

/// Finds weights [width, stride] and, in the last row, biases; `at` [(width + 1) stride] holds those to start from,
/// with 0 where there is padding, which stays. `penalty` is that of Σ w² / 2 beside the mean loss.
LbfgsResult fit_block(const LinearFeatures& features, const BlockTargets& targets, double penalty,
                      const LinearModelOptions& options, Eigen::VectorXd& at);

}  // namespace groel::analysis
