// Heads over residues, layer by layer.
#include "nn/heads/residue_heads.h"

namespace groel::nn {

LightAttention::LightAttention(const HeadShape& shape)
    : PredictionHead(shape),
      values_({shape.inputs, shape.inputs, shape.kernel}),
      scores_({shape.inputs, shape.inputs, shape.kernel}),
      hidden_(2 * shape.inputs, shape.hidden.front(), {.exactness = Exactness::head}),
      norm_(shape.hidden.front()),
      output_(shape.hidden.front(), shape.outputs, {.exactness = Exactness::head}) {}

void LightAttention::layers(Members to) {
  to.part("values", values_);
  to.part("scores", scores_);
  to.part("hidden", hidden_);
  to.part("norm", norm_);
  to.part("output", output_);
}

Tensor LightAttention::outputs(const HeadInput& input) const {
  const double dropout = shape().dropout;
  const ops::Segments segments = autograd::segments_of(input.bounds);
  const Tensor values = autograd::dropout(values_(input.features, input.bounds), dropout, dropout_stream(0));
  const Tensor weighted = autograd::attention_pool({values, scores_(input.features, input.bounds), segments});
  const Tensor pooled = autograd::join_columns(weighted, autograd::segment_max(values, segments));
  const Tensor hidden = autograd::dropout(hidden_(pooled), dropout, dropout_stream(1));
  return output_(norm_(activated(hidden, HeadActivation::relu)));
}

ConvolutionHead::ConvolutionHead(const HeadShape& shape) : PredictionHead(shape), output_(shape.hidden.back(), shape) {
  std::int64_t in = shape.inputs;
  for (const std::int64_t width : shape.hidden) {
    layers_.emplace_back(Convolution::Form{in, width, shape.kernel});
    after_.emplace_back(width, shape);
    in = width;
  }
}

void ConvolutionHead::layers(Members to) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    to.part("layers." + std::to_string(i), layers_[i]);
    to.part("after." + std::to_string(i), after_[i]);
  }
  to.part("", output_);
}

Tensor ConvolutionHead::outputs(const HeadInput& input) const {
  Tensor h = input.features;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (i > 0) h = autograd::dropout(h, shape().dropout, dropout_stream(i));
    h = after_[i](layers_[i](h, input.bounds));
  }
  return output_(h, input.bounds);
}

LstmHead::LstmHead(const HeadShape& shape) : PredictionHead(shape), output_(2 * shape.hidden.back(), shape) {
  std::int64_t in = shape.inputs;
  for (const std::int64_t width : shape.hidden) {
    layers_.emplace_back(in, width);
    in = 2 * width;
  }
}

void LstmHead::layers(Members to) {
  for (std::size_t i = 0; i < layers_.size(); ++i) to.part("layers." + std::to_string(i), layers_[i]);
  to.part("", output_);
}

Tensor LstmHead::outputs(const HeadInput& input) const {
  Tensor h = input.features;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (i > 0) h = autograd::dropout(h, shape().dropout, dropout_stream(i));
    h = layers_[i](h, input.bounds);
  }
  return output_(h, input.bounds);
}

}  // namespace groel::nn
