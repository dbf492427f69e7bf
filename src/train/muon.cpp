// Muon by the Newton-Schulz iteration, on tall matrices so that all but one product are small.
#include "train/muon.h"

#include <algorithm>
#include <cmath>

#include "ops/elementwise.h"
#include "ops/linear_grad.h"

namespace groel::train {
namespace {

constexpr int kIterations = 5;
constexpr float kA = 3.4445F, kB = -4.7750F, kC = 2.0315F;  // of X -> aX + b(XXᵀ)X + c(XXᵀ)²X
constexpr float kSmallestNorm = 1e-7F;
constexpr float kUpdateScale = 0.2F;  // root mean square of AdamW's updates

float norm_of(const Tensor& x) {
  double sum = 0;
  for (const float value : x.values<float>()) sum += static_cast<double>(value) * value;
  return static_cast<float>(std::sqrt(sum));
}

// aI + bG + cG², G = yᵀy. All are symmetric: a product with a transpose is one without.
Tensor polynomial(const Tensor& y) {
  ops::LinearGradients gram{Tensor::zeros({y.size(1), y.size(1)}), {}};
  ops::linear_grad(y, y, ops::Precision::bf16, gram);
  const Tensor square = ops::linear(gram.weight, {gram.weight, ops::Precision::bf16});
  const float* squared = square.data<float>();
  float* out = gram.weight.mutable_data<float>();
  const std::int64_t side = y.size(1), count = side * side;
  for (std::int64_t i = 0; i < count; ++i) out[i] = kB * out[i] + kC * squared[i];
  for (std::int64_t i = 0; i < side; ++i) out[i * (side + 1)] += kA;
  return gram.weight;
}

struct Matrix {
  TrainedParameter parameter;
  Tensor momentum;
};

class Muon final : public Optimizer {
 public:
  Muon(const OptimizerOptions& options, const std::vector<TrainedParameter>& matrices, std::unique_ptr<Optimizer> rest)
      : options_(options), rest_(std::move(rest)) {
    for (const TrainedParameter& matrix : matrices) matrices_.push_back({matrix, Tensor::zeros(matrix.value.shape())});
  }

  void step(const StepInput& input) override {
    for (Matrix& matrix : matrices_) update(matrix, input);
    rest_->step(input);
  }

  std::vector<NamedTensor> state() const override {
    std::vector<NamedTensor> out = rest_->state();
    for (const Matrix& matrix : matrices_) out.push_back({"momentum_buffer." + matrix.parameter.name, matrix.momentum});
    return out;
  }

 private:
  // torch's lerp twice: into the average, and from the gradient towards it. The gradient is then spent.
  Tensor direction(Matrix& matrix, float gradient_scale) const {
    const auto momentum = static_cast<float>(options_.momentum);
    Tensor out = Tensor::empty(matrix.momentum.shape());
    float* grad = matrix.parameter.grad.mutable_data<float>();
    float* average = matrix.momentum.mutable_data<float>();
    float* to = out.mutable_data<float>();
    const std::int64_t count = out.count();
    for (std::int64_t i = 0; i < count; ++i) {
      const float g = grad[i] * gradient_scale;
      average[i] += (1 - momentum) * (g - average[i]);
      to[i] = g + momentum * (average[i] - g);
      grad[i] = 0;
    }
    return out;
  }

  void update(Matrix& matrix, const StepInput& input) const {
    const Tensor step = orthogonalised(direction(matrix, static_cast<float>(input.gradient_scale)));
    const auto longest = static_cast<float>(std::max(step.size(0), step.size(1)));
    const float size = static_cast<float>(input.rate) * kUpdateScale * std::sqrt(longest);
    const auto keep = static_cast<float>(1 - input.rate * options_.weight_decay);
    float* value = matrix.parameter.value.mutable_data<float>();
    const float* by = step.data<float>();
    const std::int64_t count = step.count();
    for (std::int64_t i = 0; i < count; ++i) value[i] = keep * value[i] - size * by[i];
  }

  OptimizerOptions options_;
  std::vector<Matrix> matrices_;
  std::unique_ptr<Optimizer> rest_;
};

}  // namespace

Tensor orthogonalised(const Tensor& matrix) {
  const bool wide = matrix.size(0) < matrix.size(1);
  Tensor y = wide ? ops::transpose(matrix) : matrix;
  y = ops::scale(y, 1 / std::max(norm_of(matrix), kSmallestNorm));
  for (int i = 0; i < kIterations; ++i) y = ops::linear(y, {polynomial(y), ops::Precision::bf16});
  return wide ? ops::transpose(y) : y;
}

bool is_hidden_matrix(const TrainedParameter& parameter) {
  const int block = parameter.place.block;
  return parameter.role == nn::Role::matrix && block != nn::kBeforeBlocks && block != nn::kAfterBlocks;
}

std::unique_ptr<Optimizer> make_muon(const OptimizerOptions& options, std::vector<TrainedParameter> parameters) {
  const auto rest = std::stable_partition(parameters.begin(), parameters.end(), [](const TrainedParameter& parameter) {
    return parameter.grad.defined() && is_hidden_matrix(parameter);
  });
  OptimizerOptions adamw = options;
  adamw.kind = OptimizerKind::adamw;
  auto of_rest = make_optimizer(adamw, {rest, parameters.end()});
  parameters.erase(rest, parameters.end());
  return std::make_unique<Muon>(options, parameters, std::move(of_rest));
}

}  // namespace groel::train
