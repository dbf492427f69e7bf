// The layer of geometric attention: products and norms before and after the operator.
#include "nn/geometric_attention.h"

#include <cmath>

#include "base/error.h"

namespace groel::nn {
namespace {

// log(1 + e^x); as torch has it, x itself beyond 20.
Tensor softplus(const Tensor& x) {
  const Tensor in = x.to(DType::f32);
  return Tensor::computed(in.shape(), in.device(), [&](std::span<float> out) {
    const auto values = in.values<float>();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = values[i] > 20 ? values[i] : std::log1p(std::exp(values[i]));
  });
}

}  // namespace

void GeometricAttention::members(Members to) {
  to.part("s_norm", norm_);
  to.part("proj", projection_);
  to.tensor("distance_scale_per_head", {form_.heads}, Role::bias, distance_, &distance_gradient_);
  to.tensor("rotation_scale_per_head", {form_.heads}, Role::bias, rotation_, &rotation_gradient_);
  to.part("out_proj", out_);
}

void GeometricAttention::ready(const Form& form) {
  for (Tensor* scale : {&distance_, &rotation_})
    *scale = form.training ? scale->to(DType::f32).clone() : softplus(*scale);
}

Tensor GeometricAttention::operator()(const Tensor& x, const Places& places, DType product_input) const {
  if (autograd::tape() != nullptr)
    throw Error(ErrorKind::unsupported, "geometric attention is not trained: leave coordinates out in training");
  const Tensor seen =
      ops::geometric_attention({projection_(norm_(x, product_input)), places.frames, places.cu_seqlens, rotation_,
                                distance_, places.chain, places.sequence, form_.silence_unknown});
  return out_(seen, {.residual = x, .into = x});
}

}  // namespace groel::nn
