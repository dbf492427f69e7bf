// Language-model head of BERT's kind: dense, GELU, layer norm, tied decoder.
#pragma once

#include <string>

#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace groel::nn {

class LmHead {
 public:
  LmHead() = default;
  LmHead(std::int64_t width, std::int64_t vocabulary, float epsilon)
      : vocabulary_(vocabulary), dense_(width, width), norm_(width, epsilon) {}

  /// Declares `<prefix>.dense.*`, `<prefix>.layer_norm.*` and `<prefix>.bias` [V].
  void collect(Parameters& parameters, const std::string& prefix) {
    dense_.collect(parameters, prefix + ".dense");
    norm_.collect(parameters, prefix + ".layer_norm");
    parameters.add(prefix + ".bias", {vocabulary_}, bias_, bias_gradient_);
  }
  /// `decoder` [V, D]: the embedding table, or a decoder of its own.
  void prepare(const Tensor& decoder, ops::Precision precision) {
    dense_.prepare(precision);
    norm_.prepare();
    bias_ = bias_.to(DType::f32);
    decoder_ = ops::PackedWeight(decoder, precision);
  }
  /// `decoder` [V, D] f32: the embedding table's master; its gradient's memory, undefined where it is frozen.
  void prepare_training(const Tensor& decoder, const Tensor& decoder_gradient, const TrainingForm& form) {
    dense_.prepare_training(form);
    norm_.prepare_training();
    bias_ = bias_.to(DType::f32).clone();
    decoder_gradient_ = decoder_gradient;
    precision_ = form.precision;
    pack_decoder(decoder);
  }
  void parameters_changed(const Tensor& decoder) {
    dense_.parameters_changed();
    pack_decoder(decoder);
  }

  /// x [T, D] -> logits [T, V] f32.
  Tensor operator()(const Tensor& x) const {
    const Tensor hidden = norm_(dense_(x, {.activation = ops::Activation::gelu_erf}));
    return autograd::linear(hidden, {decoder_, decoder_transposed_, {decoder_gradient_, bias_gradient_}},
                            {.bias = bias_});
  }
  std::size_t packed_bytes() const { return dense_.packed_bytes() + (decoder_.defined() ? decoder_.bytes() : 0); }

 private:
  void pack_decoder(const Tensor& decoder) {
    decoder_ = ops::PackedWeight(decoder, precision_);
    decoder_transposed_ = ops::PackedWeight(ops::transpose(decoder), precision_);
  }

  std::int64_t vocabulary_ = 0;
  Linear dense_;
  LayerNorm norm_;
  Tensor bias_;
  ops::PackedWeight decoder_;
  // In training only
  ops::Precision precision_ = ops::Precision::f32;
  ops::PackedWeight decoder_transposed_;
  Tensor decoder_gradient_;  // (V, D)
  Tensor bias_gradient_;     // (V)
};

}  // namespace groel::nn
