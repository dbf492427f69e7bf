// Cuts parameters into pieces, and computes the norm of their gradients.
#include "train/pieces.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/threads.h"

namespace groel::train {
namespace {

constexpr std::int64_t kPiece = 1 << 15;  // value, gradient and two moments: 512 KB, which a core's cache holds

// Eight sums side by side, which a compiler can keep in vector registers.
double sum_of_squares(const float* values, std::int64_t count) {
  double lanes[8] = {};
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (int lane = 0; lane < 8; ++lane) lanes[lane] += static_cast<double>(values[i + lane]) * values[i + lane];
  for (; i < count; ++i) lanes[0] += static_cast<double>(values[i]) * values[i];
  return std::accumulate(std::begin(lanes), std::end(lanes), 0.0);
}

}  // namespace

std::vector<ParameterPiece> pieces_of(const std::vector<TrainedParameter>& parameters) {
  std::vector<ParameterPiece> pieces;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (!parameters[p].grad.defined()) continue;
    GROEL_REQUIRE(parameters[p].grad.shape() == parameters[p].value.shape());
    const std::int64_t count = parameters[p].value.count();
    for (std::int64_t at = 0; at < count; at += kPiece) pieces.push_back({p, at, std::min(count, at + kPiece)});
  }
  return pieces;
}

double gradient_norm(const std::vector<TrainedParameter>& parameters) {
  const std::vector<ParameterPiece> pieces = pieces_of(parameters);
  std::vector<double> sums(pieces.size());
  parallel_for(static_cast<std::int64_t>(pieces.size()), [&](std::int64_t i) {
    const ParameterPiece& piece = pieces[static_cast<std::size_t>(i)];
    const float* grad = parameters[piece.parameter].grad.data<float>();
    sums[static_cast<std::size_t>(i)] = sum_of_squares(grad + piece.begin, piece.end - piece.begin);
  });
  return std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0));
}

double clip_factor(double norm, double limit) { return limit > 0 ? std::min(1.0, limit / (norm + 1e-6)) : 1.0; }

void zero_gradients(std::vector<TrainedParameter>& parameters) {
  for (TrainedParameter& parameter : parameters)
    if (parameter.grad.defined()) std::fill_n(parameter.grad.mutable_data<float>(), parameter.grad.count(), 0.0F);
}

}  // namespace groel::train
