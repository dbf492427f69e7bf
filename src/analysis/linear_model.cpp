// Linear models: cuts the outputs into blocks, fits each, and predicts.
#include "analysis/linear_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/linear_block.h"
#include "analysis/row_product.h"
#include "base/error.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

using Vector = Eigen::VectorXd;
constexpr std::size_t kBlock = 16;  // outputs: two vectors of the widest instructions

class Fit {
 public:
  Fit(const SparseRows& rows, const LinearTargets& targets, const LinearModelOptions& options)
      : features_{rows, transposed(rows)}, targets_(targets), options_(options), count_(rows.rows()) {
    model_.kind = targets.kind;
    model_.width = rows.width;
    model_.outputs = targets.outputs;
    model_.weights.assign(static_cast<std::size_t>(rows.width * targets.outputs), 0.0);
    model_.biases.assign(static_cast<std::size_t>(targets.outputs), 0.0);
  }

  LinearModel run() {
    if (targets_.kind == LinearKind::classes) {
      fit_classes();
      return std::move(model_);
    }
    std::vector<std::int64_t> free;
    for (std::int64_t output = 0; output < targets_.outputs; ++output)
      if (!settle(output)) free.push_back(output);
    for (std::size_t begin = 0; begin < free.size(); begin += kBlock)
      fit_columns(std::span(free).subspan(begin, std::min(kBlock, free.size() - begin)));
    return std::move(model_);
  }

 private:
  double& value_of(std::vector<double>& values, std::int64_t row, std::int64_t output) const {
    return values[static_cast<std::size_t>(row * targets_.outputs + output)];
  }

  // Mean and standard deviation of a column of targets; (0, 1) for labels.
  std::pair<double, double> moments(std::int64_t output) const {
    double mean = 0, squares = 0;
    const double* values = targets_.values.data() + output;
    for (std::int64_t row = 0; row < count_; ++row) mean += values[row * targets_.outputs];
    mean /= static_cast<double>(count_);
    for (std::int64_t row = 0; row < count_; ++row) squares += std::pow(values[row * targets_.outputs] - mean, 2);
    return {mean, std::sqrt(squares / static_cast<double>(count_))};
  }

  // Whether a column is the same in all rows, so that a bias says everything.
  bool settle(std::int64_t output) {
    const double first = targets_.values[static_cast<std::size_t>(output)];
    for (std::int64_t row = 1; row < count_; ++row)
      if (targets_.values[static_cast<std::size_t>(row * targets_.outputs + output)] != first) return false;
    const double odds = 2 * static_cast<double>(count_) + 1;  // (count + ½) to ½
    double& bias = model_.biases[static_cast<std::size_t>(output)];
    if (targets_.kind == LinearKind::numbers)
      bias = first;
    else
      bias = first > 0 ? std::log(odds) : -std::log(odds);
    return true;
  }

  void fit_classes() {
    BlockTargets block{LinearKind::classes, targets_.outputs, padded(targets_.outputs), targets_.classes, {}};
    std::vector<double> counts(static_cast<std::size_t>(block.outputs), 0.5);
    for (const std::int64_t truth : targets_.classes) ++counts[static_cast<std::size_t>(truth)];
    Vector at = Vector::Zero((model_.width + 1) * block.stride);
    auto biases = at.tail(block.stride).head(block.outputs);
    for (std::int64_t k = 0; k < block.outputs; ++k) biases[k] = std::log(counts[static_cast<std::size_t>(k)]);
    biases.array() -= biases.mean();  // where scikit-learn's are, as no slope of theirs moves the mean
    count_iterations(fit_block(features_, block, penalty(), options_, at));
    for (std::int64_t k = 0; k < block.outputs; ++k) take(at, block, k, {k, 0, 1});
  }

  void fit_columns(std::span<const std::int64_t> outputs) {
    const auto width = static_cast<std::int64_t>(outputs.size());
    BlockTargets block{targets_.kind, width, padded(width), {}, {}};
    block.values.assign(static_cast<std::size_t>(count_ * block.stride), 0.0);
    Vector at = Vector::Zero((model_.width + 1) * block.stride);
    std::vector<Place> places;
    for (std::int64_t k = 0; k < width; ++k) {
      const std::int64_t output = outputs[static_cast<std::size_t>(k)];
      auto [mean, spread] = moments(output);
      const bool labels = targets_.kind == LinearKind::labels;
      if (labels) at[model_.width * block.stride + k] = std::log(mean / (1 - mean));
      places.push_back({output, labels ? 0 : mean, labels ? 1 : spread});
      for (std::int64_t row = 0; row < count_; ++row)
        block.values[static_cast<std::size_t>(row * block.stride + k)] =
            (targets_.values[static_cast<std::size_t>(row * targets_.outputs + output)] - places.back().mean) /
            places.back().spread;
    }
    count_iterations(fit_block(features_, block, penalty(), options_, at));
    for (std::int64_t k = 0; k < width; ++k) take(at, block, k, places[static_cast<std::size_t>(k)]);
  }

  // Which output a column of a block is, and what its targets were scaled by.
  struct Place {
    std::int64_t output;
    double mean, spread;
  };

  void take(const Vector& at, const BlockTargets& block, std::int64_t k, const Place& place) {
    for (std::int64_t column = 0; column < model_.width; ++column)
      value_of(model_.weights, column, place.output) = at[column * block.stride + k] * place.spread;
    model_.biases[static_cast<std::size_t>(place.output)] =
        at[model_.width * block.stride + k] * place.spread + place.mean;
  }

  double penalty() const { return 1 / (options_.inverse_strength * static_cast<double>(count_)); }

  void count_iterations(const LbfgsResult& result) {
    model_.iterations = std::max(model_.iterations, result.iterations);
    model_.converged = model_.converged && result.converged;
  }

  LinearFeatures features_;
  const LinearTargets& targets_;
  const LinearModelOptions& options_;
  std::int64_t count_;
  LinearModel model_;
};

void turn_into_probabilities(LinearKind kind, std::span<double> scores) {
  if (kind == LinearKind::labels)
    for (double& score : scores) score = 1 / (1 + std::exp(-score));
  if (kind != LinearKind::classes) return;
  const double most = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score - most);
  for (double& score : scores) score /= sum;
}

}  // namespace

LinearModel fit_linear(const SparseRows& rows, const LinearTargets& targets, const LinearModelOptions& options) {
  const std::int64_t count = rows.rows();
  if (count == 0) throw Error(ErrorKind::usage, "there are no rows to learn from");
  if (!(options.inverse_strength > 0)) throw Error(ErrorKind::usage, "the inverse strength of a penalty is positive");
  if (targets.kind == LinearKind::classes) {
    GROEL_REQUIRE(static_cast<std::int64_t>(targets.classes.size()) == count);
    for (const std::int64_t truth : targets.classes) GROEL_REQUIRE(truth >= 0 && truth < targets.outputs);
  } else {
    GROEL_REQUIRE(static_cast<std::int64_t>(targets.values.size()) == count * targets.outputs);
  }
  return Fit(rows, targets, options).run();
}

std::vector<double> predict_linear(const LinearModel& model, const SparseRows& rows) {
  GROEL_REQUIRE(rows.width == model.width);
  const std::int64_t stride = padded(model.outputs);
  std::vector<double> weights(static_cast<std::size_t>(model.width * stride));
  for (std::int64_t column = 0; column < model.width; ++column)
    std::copy_n(model.weights.data() + column * model.outputs, model.outputs, weights.data() + column * stride);
  std::vector<double> out(static_cast<std::size_t>(rows.rows() * model.outputs));
  parallel_for(rows.rows(), [&](std::int64_t row) {
    std::vector<double> scores(model.biases);
    scores.resize(static_cast<std::size_t>(stride));
    const std::int64_t first = rows.starts[static_cast<std::size_t>(row)];
    const std::int64_t last = rows.starts[static_cast<std::size_t>(row) + 1];
    add_sparse_product({rows.columns.data() + first, rows.values.data() + first, last - first}, weights.data(), stride,
                       scores.data());
    const std::span<double> said(scores.data(), static_cast<std::size_t>(model.outputs));
    turn_into_probabilities(model.kind, said);
    std::copy(said.begin(), said.end(), out.begin() + row * model.outputs);
  });
  return out;
}

}  // namespace groel::analysis
