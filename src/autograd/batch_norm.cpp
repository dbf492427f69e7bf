// Batch normalisation, recorded on a tape for gradients, with the statistics that training gathers.
#include <algorithm>

#include "autograd/functions.h"

namespace groel::autograd {
namespace {

// On the host: running statistics are a head's, which is small.
void join(Tensor running, const Tensor& batch, double momentum, double factor) {
  if (running.device() == Device::shape) return;
  float* to = running.mutable_data<float>();
  const float* from = batch.data<float>();
  for (std::int64_t i = 0; i < running.count(); ++i)
    to[i] = static_cast<float>((1 - momentum) * to[i] + momentum * factor * from[i]);
}

ops::BatchNormForward look_at(const Tensor& x, const RunningStatistics& running) {
  if (mode() == Mode::inference || x.size(0) < 2) return {x, running.values, ops::StatisticsOf::given};
  const ops::BatchNormForward out{x, ops::batch_statistics(x), ops::StatisticsOf::rows};
  if (running.momentum == 0) return out;
  const auto rows = static_cast<double>(x.size(0));
  join(running.values.mean, out.statistics.mean, running.momentum, 1);
  join(running.values.variance, out.statistics.variance, running.momentum, rows / (rows - 1));
  return out;
}

Tensor recorded(const ops::BatchNormForward& forward, const ops::BatchNormOptions& options,
                const ops::BatchNormGradients& gradients) {
  const Tensor& x = forward.x;
  const Tensor y = ops::batch_norm(x, forward.statistics, options);
  Tape* const current = tape();
  if (current == nullptr) return y;
  if (!current->tracks(x) && !gradients.gain.defined() && !gradients.bias.defined()) return y;
  current->record(y, [current, forward, options, gradients](const Tensor& dy) {
    const bool wanted = current->tracks(forward.x);
    ops::BatchNormGradients to{wanted ? Tensor::empty(dy.shape(), DType::f32, dy.device()) : Tensor(), gradients.gain,
                               gradients.bias};
    ops::batch_norm_grad(forward, options, dy, to);
    if (wanted) current->add(forward.x, to.x);
  });
  return y;
}

}  // namespace

Tensor batch_norm(const Tensor& x, const RunningStatistics& running, const ops::BatchNormOptions& options,
                  const ops::BatchNormGradients& gradients) {
  return recorded(look_at(x, running), options, gradients);
}

// A batch norm whose statistics are 0 and 1.
Tensor scale_columns(const Tensor& x, const Tensor& factor, const Tensor& offset) {
  const Tensor mean = Tensor::zeros(factor.shape(), DType::f32, factor.device());
  const Tensor one = Tensor::computed(factor.shape(), factor.device(),
                                      [](std::span<float> to) { std::fill(to.begin(), to.end(), 1.0F); });
  return recorded({x, {mean, one}, ops::StatisticsOf::given}, {.gain = factor, .bias = offset, .epsilon = 0}, {});
}

}  // namespace groel::autograd
