// Classification heads of Hugging Face's ESM models.
#pragma once

#include <string>

#include "nn/linear.h"

namespace groel::nn {

/// Of whole sequences: dense, tanh, out_proj, on each sequence's <cls>.
class ClassificationHead {
 public:
  ClassificationHead() = default;
  ClassificationHead(std::int64_t width, std::int64_t labels) : dense_(width, width), out_(width, labels) {}

  /// Declares `<prefix>.dense.*` and `<prefix>.out_proj.*`.
  void collect(Parameters& parameters, const std::string& prefix) {
    dense_.collect(parameters, prefix + ".dense");
    out_.collect(parameters, prefix + ".out_proj");
  }
  void prepare(ops::Precision precision) {
    dense_.prepare(precision);
    out_.prepare(precision);
  }
  void prepare_training(const TrainingForm& form) {
    dense_.prepare_training(form);
    out_.prepare_training({form.precision, InputGradient::needed});
  }
  void parameters_changed() {
    dense_.parameters_changed();
    out_.parameters_changed();
  }

  /// x [B, D]: the hidden states of <cls> -> [B, C] f32. Dropout (in training alone) stands before both layers.
  Tensor operator()(const Tensor& x, double dropout) const {
    constexpr std::uint64_t kStream = std::uint64_t{1} << 32;
    const Tensor inner = autograd::tanh(dense_(autograd::dropout(x, dropout, kStream)));
    return out_(autograd::dropout(inner, dropout, kStream + 1));
  }
  std::size_t packed_bytes() const { return dense_.packed_bytes() + out_.packed_bytes(); }

 private:
  Linear dense_, out_;
};

}  // namespace groel::nn
