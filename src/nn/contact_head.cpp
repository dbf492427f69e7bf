// Loads and applies the contact head's regression, layer by layer.
#include "nn/contact_head.h"

#include "base/error.h"

namespace groel::nn {

void ContactHead::members(Members to) {
  to.tensor("weight", {1, layers_ * heads_}, Role::matrix, weight_);
  to.tensor("bias", {1}, Role::bias, bias_);
}

void ContactHead::ready(const Form&) {
  for (Tensor* tensor : {&weight_, &bias_})
    if (tensor->defined()) *tensor = tensor->to(DType::f32);
}

void ContactHead::accumulate(Tensor& logits, std::int64_t layer, const ops::ResidueMaps& maps,
                             std::span<const std::int64_t> silent) const {
  GROEL_REQUIRE(0 <= layer && layer < layers_);
  ops::add_contacts(logits, maps, weight_.columns(layer * heads_, (layer + 1) * heads_), silent);
}

void ContactHead::finish(Tensor& logits) const { ops::contact_probabilities(logits, bias_); }

}  // namespace groel::nn
