// The CPU kernels of activations apart from their product: elements [begin, end).
#pragma once

#include "ops/activation_grad.h"

namespace groel::ops::cpu {

struct ElementRange {
  std::int64_t begin;
  std::int64_t end;
};
void activate_as(const Tensor& x, Activation activation, ElementRange range, Tensor& y);
void activation_grad(const Tensor& x, const Tensor& dy, Activation activation, ElementRange range, Tensor& dx);

}  // namespace groel::ops::cpu
