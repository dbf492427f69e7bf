// Layers of heads, and what follows each.
#include "nn/heads/parts.h"

#include "base/error.h"

namespace groel::nn {

HeadActivation parse_head_activation(const std::string& name) {
  if (name == "gelu") return HeadActivation::gelu;
  if (name == "relu") return HeadActivation::relu;
  if (name == "tanh") return HeadActivation::tanh;
  throw Error(ErrorKind::usage,
              {fmt::format("there is no activation '{}'", name), "`activation`", "gelu, relu or tanh"});
}

Tensor activated(const Tensor& x, HeadActivation activation) {
  switch (activation) {
    case HeadActivation::gelu: return autograd::activate(x, ops::Activation::gelu_erf);
    case HeadActivation::relu: return autograd::activate(x, ops::Activation::relu);
    case HeadActivation::tanh: break;
  }
  return autograd::tanh(x);
}

AfterLayer::AfterLayer(std::int64_t width, const HeadShape& shape)
    : activation_(parse_head_activation(shape.activation)) {
  if (shape.batch_norm == BatchNorm::yes) norm_.emplace(width);
}

void AfterLayer::members(Members to) {
  if (norm_) to.part("norm", *norm_);
}

Tensor AfterLayer::operator()(const Tensor& x) const { return activated(norm_ ? (*norm_)(x) : x, activation_); }

Mlp::Mlp(const HeadShape& shape) : dropout_(shape.dropout) {
  const LinearForm form{.exactness = Exactness::head};
  std::int64_t in = shape.inputs;
  for (const std::int64_t width : shape.hidden) {
    layers_.emplace_back(in, width, form);
    after_.emplace_back(width, shape);
    in = width;
  }
  output_ = Linear(in, shape.outputs, form);
}

void Mlp::members(Members to) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    to.part("layers." + std::to_string(i), layers_[i]);
    to.part("after." + std::to_string(i), after_[i]);
  }
  to.part("output", output_);
}

Tensor Mlp::operator()(const Tensor& x) const {
  Tensor h = x;
  for (std::size_t i = 0; i < layers_.size(); ++i)
    h = autograd::dropout(after_[i](layers_[i](h)), dropout_, dropout_stream(i));
  return output_(layers_.empty() ? autograd::dropout(h, dropout_, dropout_stream(0)) : h);
}

}  // namespace groel::nn
