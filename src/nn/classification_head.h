// The head that classifies whole sequences, as Hugging Face's ESM models have it.
#pragma once

#include "nn/linear.h"

namespace groel::nn {

/// dense, tanh, out_proj.
class ClassificationHead final : public Module {
 public:
  ClassificationHead() = default;
  ClassificationHead(std::int64_t width, std::int64_t labels)
      : dense_(width, width, {.exactness = Exactness::head}), out_(width, labels, {.exactness = Exactness::head}) {}

  /// `dense` and `out_proj`.
  void members(Members to) override {
    to.part("dense", dense_);
    to.part("out_proj", out_);
  }

  /// x [B, D]: one vector per sequence -> [B, C] f32. Dropout (in training alone) comes before both layers.
  Tensor operator()(const Tensor& x, double dropout) const {
    constexpr std::uint64_t kStream = std::uint64_t{1} << 32;
    const Tensor inner = autograd::tanh(dense_(autograd::dropout(x, dropout, kStream)));
    return out_(autograd::dropout(inner, dropout, kStream + 1));
  }

 private:
  Linear dense_, out_;
};

}  // namespace groel::nn
