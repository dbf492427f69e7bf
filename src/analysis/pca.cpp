// Principal components: eigenvectors, by Eigen, of the covariance [width, width] or the Gram matrix [rows, rows].
#include "analysis/pca.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace groel::analysis {
namespace {

using DenseMatrix = Eigen::MatrixXd;

DenseMatrix centred(const Vectors& x) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  DenseMatrix out = Eigen::Map<const RowMajor>(x.values.data(), x.rows, x.width).cast<double>();
  out.rowwise() -= out.colwise().mean().eval();
  return out;
}

// Scores [rows, k], the largest component first.
DenseMatrix scores_of(const DenseMatrix& x, std::int64_t k) {
  const bool wide = x.cols() > x.rows();
  const Eigen::SelfAdjointEigenSolver<DenseMatrix> solved(wide ? DenseMatrix(x * x.transpose())
                                                               : DenseMatrix(x.transpose() * x));
  DenseMatrix scores(x.rows(), k);
  for (std::int64_t c = 0; c < k; ++c) {
    const std::int64_t at = solved.eigenvalues().size() - 1 - c;  // they rise
    const auto vector = solved.eigenvectors().col(at);
    if (wide)
      scores.col(c) = vector * std::sqrt(std::max(0.0, solved.eigenvalues()[at]));
    else
      scores.col(c) = x * vector;
    Eigen::Index largest = 0;
    scores.col(c).cwiseAbs().maxCoeff(&largest);
    if (scores(largest, c) < 0) scores.col(c) *= -1;
  }
  return scores;
}

}  // namespace

Components principal_components(const Vectors& x, std::int64_t k) {
  if (x.rows < 2) throw Error(ErrorKind::usage, fmt::format("{} vectors have no principal components", x.rows));
  if (k < 1 || k > std::min(x.rows, x.width))
    throw Error(ErrorKind::usage, fmt::format("{} components of {} vectors of width {}", k, x.rows, x.width));
  const DenseMatrix data = centred(x);
  const DenseMatrix scores = scores_of(data, k);
  Components out;
  out.scores = {x.rows, k, std::vector<float>(static_cast<std::size_t>(x.rows * k))};
  const double degrees = static_cast<double>(x.rows - 1);
  const double all = data.squaredNorm() / degrees;
  for (std::int64_t c = 0; c < k; ++c) {
    out.variance.push_back(scores.col(c).squaredNorm() / degrees);
    out.variance_fraction.push_back(all > 0 ? out.variance.back() / all : 0);
    for (std::int64_t r = 0; r < x.rows; ++r)
      out.scores.values[static_cast<std::size_t>(r * k + c)] = static_cast<float>(scores(r, c));
  }
  return out;
}

}  // namespace groel::analysis
