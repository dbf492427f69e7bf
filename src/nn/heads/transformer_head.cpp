// A transformer over residues, block by block.
#include "nn/heads/transformer_head.h"

#include <algorithm>
#include <cmath>

namespace groel::nn {
namespace {

constexpr float kEpsilon = 1e-5F;
constexpr LinearForm kForm{.exactness = Exactness::head};
constexpr std::int64_t kWider = 4;  // the feed-forward half

std::int64_t longest(const Tensor& bounds) {
  const auto values = bounds.values<std::int32_t>();
  std::int32_t most = 0;
  for (std::size_t b = 0; b + 1 < values.size(); ++b) most = std::max(most, values[b + 1] - values[b]);
  return most;
}

}  // namespace

TransformerBlock::TransformerBlock(std::int64_t width, const HeadShape& shape)
    : width_(width),
      heads_(shape.attention_heads),
      dropout_(shape.dropout),
      attention_norm_(width, kEpsilon),
      attention_(width, {{"query", width}, {"key", width}, {"value", width}}, kForm),
      attention_out_(width, width, kForm),
      norm_(width, kEpsilon),
      up_(width, kWider * width, kForm),
      down_(kWider * width, width, kForm) {}

void TransformerBlock::members(Members to) {
  to.part("attention_norm", attention_norm_);
  to.part("attention", attention_);
  to.part("attention_out", attention_out_);
  to.part("norm", norm_);
  to.part("up", up_);
  to.part("down", down_);
}

Tensor TransformerBlock::operator()(const Tensor& x, const Pass& pass) const {
  const Tensor all = attention_(attention_norm_(x));
  ops::AttentionInput input{all.columns(0, width_), all.columns(width_, 2 * width_),
                            all.columns(2 * width_, 3 * width_), pass.bounds, heads_};
  input.scale = 1 / std::sqrt(static_cast<float>(width_ / heads_));
  input.rotary = pass.rotary;
  const auto dropped = [&](const Tensor& y, std::size_t which) {
    return autograd::dropout(y, dropout_, dropout_stream(2 * pass.place + which));
  };
  const Tensor middle = autograd::add(dropped(attention_out_(autograd::attention(input)), 0), x);
  const Tensor inner = up_(norm_(middle), {.activation = ops::Activation::gelu_erf});
  return autograd::add(dropped(down_(inner), 1), middle);
}

TransformerHead::TransformerHead(const HeadShape& shape)
    : PredictionHead(shape),
      input_(shape.inputs, shape.hidden.front(), kForm),
      norm_(shape.hidden.front(), kEpsilon),
      output_(shape.hidden.front(), shape),
      rotary_(
          std::make_unique<RotaryTables>(Rotary::default_frequencies(shape.hidden.front() / shape.attention_heads))) {
  for (const std::int64_t width : shape.hidden) blocks_.emplace_back(width, shape);
}

void TransformerHead::layers(Members to) {
  to.part("input", input_);
  for (std::size_t i = 0; i < blocks_.size(); ++i) to.part("layers." + std::to_string(i), blocks_[i]);
  to.part("norm", norm_);
  to.part("", output_);
}

Tensor TransformerHead::outputs(const HeadInput& input) const {
  TransformerBlock::Pass pass{input.bounds, rotary_->table(longest(input.bounds)), 0};
  Tensor h = input_(input.features);
  for (const TransformerBlock& block : blocks_) {
    h = block(h, pass);
    ++pass.place;
  }
  return output_(norm_(h), input.bounds);
}

}  // namespace groel::nn
