// The mean loss of a block of outputs and its slopes. Rows and columns are summed in a fixed order whatever the
// threads.
#include "analysis/linear_block.h"

#include <algorithm>
#include <cmath>

#include "analysis/row_product.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

using Vector = Eigen::VectorXd;
constexpr std::int64_t kRows = 128;  // that a thread does at a time
constexpr std::int64_t kColumns = 128;

SparseRow row_of(const SparseRows& rows, std::int64_t row) {
  const std::int64_t first = rows.starts[static_cast<std::size_t>(row)];
  return {rows.columns.data() + first, rows.values.data() + first,
          rows.starts[static_cast<std::size_t>(row) + 1] - first};
}

// These turn the scores of a row into slopes of its loss, and give the loss.
double logistic_loss(double* scores, const double* labels, std::int64_t outputs) {
  double sum = 0, product = 1;  // of numbers up to 2: a block has far fewer than a double can hold
  for (std::int64_t k = 0; k < outputs; ++k) {
    const double z = scores[k];
    const double small = std::exp(-std::abs(z));
    sum += std::max(z, 0.0) - labels[k] * z;
    product *= 1 + small;
    scores[k] = (z > 0 ? 1 : small) / (1 + small) - labels[k];
  }
  return sum + std::log(product);
}

double softmax_loss(double* scores, std::int64_t truth, std::int64_t outputs) {
  const double most = *std::max_element(scores, scores + outputs);
  const double true_score = scores[truth];
  double sum = 0;
  for (std::int64_t k = 0; k < outputs; ++k) sum += scores[k] = std::exp(scores[k] - most);
  for (std::int64_t k = 0; k < outputs; ++k) scores[k] /= sum;
  scores[truth] -= 1;
  return most + std::log(sum) - true_score;
}

double square_loss(double* scores, const double* numbers, std::int64_t outputs) {
  double sum = 0;
  for (std::int64_t k = 0; k < outputs; ++k) {
    scores[k] -= numbers[k];
    sum += scores[k] * scores[k] / 2;
  }
  return sum;
}

class BlockLoss {
 public:
  BlockLoss(const LinearFeatures& features, const BlockTargets& targets, double penalty)
      : features_(features),
        targets_(targets),
        penalty_(penalty),
        stride_(targets.stride),
        count_(features.rows.rows()),
        chunks_((count_ + kRows - 1) / kRows),
        slopes_(static_cast<std::size_t>(count_ * stride_)),
        losses_(static_cast<std::size_t>(chunks_)),
        biases_(static_cast<std::size_t>(chunks_ * stride_)) {}

  double operator()(const Vector& at, Vector& gradient) {
    parallel_for(chunks_, [&](std::int64_t chunk) { pass_rows(at, chunk); });
    const std::int64_t width = features_.rows.width;
    parallel_for((width + kColumns - 1) / kColumns, [&](std::int64_t chunk) {
      const std::int64_t end = std::min(width, (chunk + 1) * kColumns);
      for (std::int64_t column = chunk * kColumns; column < end; ++column) pass_column(at, column, gradient);
    });
    auto bias_slopes = gradient.tail(stride_);
    bias_slopes.setZero();
    double loss = 0;
    for (std::int64_t chunk = 0; chunk < chunks_; ++chunk) {
      loss += losses_[static_cast<std::size_t>(chunk)];
      bias_slopes += Eigen::Map<const Vector>(biases_.data() + chunk * stride_, stride_);
    }
    bias_slopes /= static_cast<double>(count_);
    return loss / static_cast<double>(count_) + penalty_ / 2 * at.head(width * stride_).squaredNorm();
  }

 private:
  void pass_rows(const Vector& at, std::int64_t chunk) {
    double* biases = biases_.data() + chunk * stride_;
    std::fill_n(biases, stride_, 0.0);
    double loss = 0;
    for (std::int64_t row = chunk * kRows; row < std::min(count_, (chunk + 1) * kRows); ++row) {
      double* scores = slopes_.data() + row * stride_;
      std::copy_n(at.data() + features_.rows.width * stride_, stride_, scores);
      add_sparse_product(row_of(features_.rows, row), at.data(), stride_, scores);
      loss += turn_into_slopes(scores, row);
      for (std::int64_t k = 0; k < stride_; ++k) biases[k] += scores[k];
    }
    losses_[static_cast<std::size_t>(chunk)] = loss;
  }

  double turn_into_slopes(double* scores, std::int64_t row) const {
    if (targets_.kind == LinearKind::classes)
      return softmax_loss(scores, targets_.classes[static_cast<std::size_t>(row)], targets_.outputs);
    const double* values = targets_.values.data() + row * stride_;
    return (targets_.kind == LinearKind::labels ? logistic_loss : square_loss)(scores, values, targets_.outputs);
  }

  void pass_column(const Vector& at, std::int64_t column, Vector& gradient) const {
    double* out = gradient.data() + column * stride_;
    std::fill_n(out, stride_, 0.0);
    add_sparse_product(row_of(features_.columns, column), slopes_.data(), stride_, out);
    const double* weights = at.data() + column * stride_;
    for (std::int64_t k = 0; k < stride_; ++k) out[k] = out[k] / static_cast<double>(count_) + penalty_ * weights[k];
  }

  const LinearFeatures& features_;
  const BlockTargets& targets_;
  double penalty_;
  std::int64_t stride_, count_, chunks_;
  std::vector<double> slopes_, losses_, biases_;
};

}  // namespace

std::int64_t padded(std::int64_t outputs) { return (outputs + kRowStep - 1) / kRowStep * kRowStep; }

LbfgsResult fit_block(const LinearFeatures& features, const BlockTargets& targets, double penalty,
                      const LinearModelOptions& options, Eigen::VectorXd& at) {
  constexpr std::int64_t kMemory = 256 << 20;  // bytes for earlier steps
  const std::int64_t step_bytes = 2 * at.size() * static_cast<std::int64_t>(sizeof(double));
  const auto history = static_cast<int>(std::clamp<std::int64_t>(kMemory / step_bytes, 3, 10));
  BlockLoss loss(features, targets, penalty);
  return minimise([&](const Vector& x, Vector& gradient) { return loss(x, gradient); }, at,
                  {options.iterations, options.tolerance, history});
}

}  // namespace groel::analysis
