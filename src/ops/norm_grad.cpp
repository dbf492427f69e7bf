// layer_norm_grad: checks, the loop over blocks of rows, and the sum of their parts of the gradients of gain and bias.
#include "ops/norm_grad.h"

#include <algorithm>
#include <vector>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/norm_grad_impl.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

constexpr std::int64_t kRows = 64;  // of a run, whatever T and the number of threads

void check(const Tensor& x, const LayerNormOptions& options, const Tensor& dy, const LayerNormGradients& to) {
  GROEL_REQUIRE(x.rank() == 2 && x.size(1) > 0 && dy.shape() == x.shape());
  GROEL_REQUIRE(!to.x.defined() || to.x.shape() == x.shape());
  for (const Tensor* vector : {&options.gain, &options.bias, &to.gain, &to.bias}) check_vector(*vector, x.size(1));
}

void add_runs(const std::vector<float>& sums, std::size_t offset, std::int64_t width, Tensor& to) {
  if (!to.defined()) return;
  float* out = to.mutable_data<float>();
  const auto step = 2 * static_cast<std::size_t>(width);
  for (std::size_t at = offset; at < sums.size(); at += step)
    for (std::int64_t i = 0; i < width; ++i) out[i] += sums[at + static_cast<std::size_t>(i)];
}

}  // namespace

void layer_norm_grad(const Tensor& x, const LayerNormOptions& options, const Tensor& dy, LayerNormGradients& to) {
  check(x, options, dy, to);
  backend(x).layer_norm_grad(x, options, dy, to);
}

void cpu::layer_norm_grad(const Tensor& x, const LayerNormOptions& options, const Tensor& dy, LayerNormGradients& to) {
  const ProfileScope scope("layer_norm_grad");
  const std::int64_t width = x.size(1);
  const std::int64_t runs = ceil_div(x.size(0), kRows);
  std::vector<float> sums(static_cast<std::size_t>(2 * runs * width));
  parallel_for(runs, [&](std::int64_t run) {
    float* at = sums.data() + 2 * run * width;
    layer_norm_grad(x, options, dy, {run * kRows, std::min(x.size(0), (run + 1) * kRows)}, to, {at, at + width});
  });
  add_runs(sums, 0, width, to.gain);
  add_runs(sums, static_cast<std::size_t>(width), width, to.bias);
}

}  // namespace groel::ops
