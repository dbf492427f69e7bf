// The linear operator and its low-rank updates, recorded on a tape for gradients.
#include <utility>

#include "autograd/functions.h"
#include "base/error.h"
#include "ops/activation_grad.h"
#include "ops/elementwise.h"

namespace groel::autograd {
namespace {

bool trained(const ops::LinearGradients& g) { return g.weight.defined() || g.bias.defined(); }

// The gradient of x: dy W, with W as its transpose's packed form.
void add_input_gradient(Tape& to, const Tensor& x, const Tensor& dy, const ops::PackedWeight& transposed) {
  if (!to.tracks(x)) return;
  GROEL_REQUIRE(transposed.defined());  // the model said that no gradient comes this way
  const GradientPlace sink = to.sink(x);
  ops::LinearOptions options{.into = sink.gradient};
  if (sink.into == ops::Into::add) options.residual = sink.gradient;
  ops::linear(dy, transposed, options);
}

struct Saved {
  Tensor x;
  Tensor before;  // the activation; undefined without one
  Tensor residual;
  ops::Activation activation;
  ops::PackedWeight backward;
  ops::LinearGradients gradients;
  float scale;
};

void go_back(Tape& to, const Saved& saved, const Tensor& dy, ops::Precision precision) {
  Tensor slope = dy;
  if (saved.before.defined())
    slope = ops::activation_grad(saved.before, dy, saved.activation,
                                 precision == ops::Precision::bf16 ? DType::bf16 : DType::f32);
  if (trained(saved.gradients)) {
    GROEL_REQUIRE(saved.scale == 1.0F || !saved.before.defined());
    ops::LinearGradients gradients = saved.gradients;
    ops::linear_grad(saved.x, saved.scale == 1.0F ? slope : ops::scale(slope, saved.scale), precision, gradients);
  }
  add_input_gradient(to, saved.x, slope, saved.backward);
  if (to.tracks(saved.residual)) to.add(saved.residual, dy);
}

}  // namespace

Tensor linear(const Tensor& x, const LinearWeight& weight, const ops::LinearOptions& options) {
  if (mode() == Mode::inference) return ops::linear(x, weight.forward, options);
  ops::LinearOptions product = options;
  product.into = {};
  product.activation = ops::Activation::none;
  Tensor y = ops::linear(x, weight.forward, product);
  Tensor before;
  if (options.activation != ops::Activation::none) {
    GROEL_REQUIRE(!options.residual.defined());
    before = std::exchange(y, ops::activate_as(y, options.activation, options.output));
  }
  Tape* const current = tape();
  if (current == nullptr) return y;
  if (!current->tracks(x) && !current->tracks(options.residual) && !trained(weight.gradients)) return y;
  const ops::Precision precision = weight.forward.precision();
  current->record(y, [current, precision,
                      saved = Saved{x, before, options.residual, options.activation, weight.backward, weight.gradients,
                                    weight.scale}](const Tensor& dy) { go_back(*current, saved, dy, precision); });
  return y;
}

Tensor lora(const Tensor& x, const std::vector<LoraPart>& parts, std::int64_t width) {
  Tensor y = Tensor::zeros({x.size(0), width}, DType::f32, x.device());
  std::vector<Tensor> inner;  // alpha / r A x, one per part
  for (const LoraPart& part : parts) {
    inner.push_back(ops::linear(x, part.a));
    ops::linear(inner.back(), part.b, {.into = y.columns(part.begin, part.begin + part.b.out())});
  }
  Tape* const current = tape();
  if (current == nullptr) return y;
  current->record(y, [current, x, parts, inner](const Tensor& dy) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const LoraPart& part = parts[i];
      const Tensor slope = dy.columns(part.begin, part.begin + part.b.out());
      ops::LinearGradients b{part.b_gradient, {}};
      ops::linear_grad(inner[i], slope, part.b.precision(), b);
      const Tensor inner_slope = ops::linear(slope, part.b_backward);
      ops::LinearGradients a{part.a_gradient, {}};
      ops::linear_grad(x, inner_slope, part.a.precision(), a);
      add_input_gradient(*current, x, inner_slope, part.a_backward);
    }
  });
  return y;
}

}  // namespace groel::autograd
