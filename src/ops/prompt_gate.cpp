// prompt_gate and its gradient: one task for each sequence.
#include "ops/prompt_gate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

constexpr double kSmallest = 1e-12;  // of a norm

void check(const Tensor& x, const PromptGate& gate) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32 && x.contiguous() && gate.prompts > 0);
  GROEL_REQUIRE(gate.weight.dtype() == DType::f32 && gate.weight.shape() == (Shape{1, x.size(1)}));
  const auto bounds = sequence_bounds(gate.cu_seqlens, x.size(0));
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b) GROEL_REQUIRE(bounds[b + 1] - bounds[b] >= gate.prompts);
}

struct Direction {
  double norm;       // of the row, 1e-12 at least
  double along;      // of the weight along the row
  bool is_shortest;  // the norm is no row's own
};

Direction direction_of(const float* row, const float* weight, std::int64_t width) {
  double squares = 0, product = 0;
  for (std::int64_t i = 0; i < width; ++i) {
    squares += static_cast<double>(row[i]) * row[i];
    product += static_cast<double>(row[i]) * weight[i];
  }
  const double norm = std::sqrt(squares);
  const double used = std::max(norm, kSmallest);
  return {used, product / used, norm < kSmallest};
}

double gate_of(const Matrix<const float>& x, const float* weight, std::int64_t begin, std::int64_t end) {
  double sum = 0;
  for (std::int64_t t = begin; t < end; ++t) sum += direction_of(x.row(t), weight, x.columns).along;
  return sum / static_cast<double>(end - begin);
}

}  // namespace

PromptGateResult prompt_gate(const Tensor& x, const PromptGate& gate) {
  check(x, gate);
  PromptGateResult out{Tensor::empty(x.shape(), DType::f32, x.device()),
                       Tensor::empty({gate.cu_seqlens.size(0) - 1}, DType::f32, x.device())};
  backend(x).prompt_gate(x, gate, out);
  return out;
}

Tensor prompt_gate_grad(const Tensor& x, const PromptGate& gate, const Tensor& dy, Tensor weight) {
  check(x, gate);
  GROEL_REQUIRE(dy.dtype() == DType::f32 && dy.shape() == x.shape() && dy.contiguous());
  Tensor dx = Tensor::empty(x.shape(), DType::f32, x.device());
  backend(x).prompt_gate_grad(x, gate, dy, dx, weight);
  return dx;
}

void cpu::prompt_gate(const Tensor& x, const PromptGate& gate, PromptGateResult& to) {
  const ProfileScope scope("prompt_gate");
  const auto from = matrix<float>(x);
  const auto y = mutable_matrix<float>(to.y);
  const auto bounds = gate.cu_seqlens.values<std::int32_t>();
  float* const gates = to.gates.mutable_data<float>();
  parallel_for(to.gates.size(0), [&](std::int64_t b) {
    const std::int64_t begin = bounds[static_cast<std::size_t>(b)], end = bounds[static_cast<std::size_t>(b) + 1];
    const auto g = static_cast<float>(gate_of(from, gate.weight.data<float>(), end - gate.prompts, end));
    gates[b] = g;
    for (std::int64_t t = begin; t < end - gate.prompts; ++t)
      for (std::int64_t i = 0; i < from.columns; ++i) y.row(t)[i] = from.row(t)[i] * (1.0F - g);
    for (std::int64_t t = end - gate.prompts; t < end; ++t) std::copy_n(from.row(t), from.columns, y.row(t));
  });
}

// The slope of g is -Σ dy x over the residues' rows; a row's direction r/|r| has the slope (weight - along r/|r|) /
// |r|.
void cpu::prompt_gate_grad(const Tensor& x, const PromptGate& gate, const Tensor& dy, Tensor& dx, Tensor& weight) {
  const auto from = matrix<float>(x);
  const auto slope = matrix<float>(dy);
  const auto out = mutable_matrix<float>(dx);
  const auto bounds = gate.cu_seqlens.values<std::int32_t>();
  const float* const w = gate.weight.data<float>();
  const std::int64_t width = x.size(1);
  const auto sequences = static_cast<std::int64_t>(bounds.size()) - 1;
  std::vector<double> slopes(static_cast<std::size_t>(sequences));  // of gates, for one prompt's row
  parallel_for(sequences, [&](std::int64_t b) {
    const std::int64_t begin = bounds[static_cast<std::size_t>(b)], end = bounds[static_cast<std::size_t>(b) + 1];
    const std::int64_t prompts = end - gate.prompts;
    const double g = static_cast<float>(gate_of(from, w, prompts, end));
    double sum = 0;
    for (std::int64_t t = begin; t < prompts; ++t)
      for (std::int64_t i = 0; i < width; ++i) {
        sum -= static_cast<double>(slope.row(t)[i]) * from.row(t)[i];
        out.row(t)[i] = static_cast<float>(slope.row(t)[i] * (1 - g));
      }
    const double each = sum / static_cast<double>(gate.prompts);
    slopes[static_cast<std::size_t>(b)] = each;
    for (std::int64_t t = prompts; t < end; ++t) {
      const Direction d = direction_of(from.row(t), w, width);
      for (std::int64_t i = 0; i < width; ++i) {
        const double turn = d.is_shortest ? 0 : d.along * from.row(t)[i] / d.norm;
        out.row(t)[i] = static_cast<float>(slope.row(t)[i] + each * (w[i] - turn) / d.norm);
      }
    }
  });
  if (!weight.defined()) return;
  std::vector<double> sum(static_cast<std::size_t>(width));
  for (std::size_t b = 0; b < slopes.size(); ++b)
    for (std::int64_t t = bounds[b + 1] - gate.prompts; t < bounds[b + 1]; ++t) {
      const double norm = direction_of(from.row(t), w, width).norm;
      for (std::int64_t i = 0; i < width; ++i) sum[static_cast<std::size_t>(i)] += slopes[b] * from.row(t)[i] / norm;
    }
  auto* const to = weight.mutable_data<float>();
  for (std::int64_t i = 0; i < width; ++i) to[i] += static_cast<float>(sum[static_cast<std::size_t>(i)]);
}

// As its definition is written.
PromptGateResult reference::prompt_gate(const Tensor& x, const PromptGate& gate) {
  PromptGateResult out{x.clone(), Tensor::empty({gate.cu_seqlens.size(0) - 1})};
  const auto bounds = gate.cu_seqlens.values<std::int32_t>();
  const std::int64_t width = x.size(1);
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b) {
    double sum = 0;
    for (std::int64_t t = bounds[b + 1] - gate.prompts; t < bounds[b + 1]; ++t) {
      double squares = 0, product = 0;
      for (std::int64_t i = 0; i < width; ++i) {
        const double value = x.data<float>()[t * width + i];
        squares += value * value;
        product += value * gate.weight.data<float>()[i];
      }
      sum += product / std::max(std::sqrt(squares), kSmallest);
    }
    const double g = sum / static_cast<double>(gate.prompts);
    out.gates.mutable_data<float>()[b] = static_cast<float>(g);
    for (std::int64_t t = bounds[b]; t < bounds[b + 1] - gate.prompts; ++t)
      for (std::int64_t i = 0; i < width; ++i)
        out.y.mutable_data<float>()[t * width + i] = static_cast<float>(x.data<float>()[t * width + i] * (1 - g));
  }
  return out;
}

}  // namespace groel::ops
