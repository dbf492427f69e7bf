// A block's parameters and its two halves.
#include "models/esm_block.h"

#include <cmath>

#include "autograd/functions.h"

namespace groel::models {
namespace {

DType product_input(const EsmPass& pass) { return pass.precision == ops::Precision::bf16 ? DType::bf16 : DType::f32; }

}  // namespace

EsmBlock::EsmBlock(const EsmConfig& c)
    : attention_norm(c.width, c.epsilon),
      ffn_norm(c.width, c.epsilon),
      qkv(c.width, std::vector<std::int64_t>{c.width, c.width, c.width}),
      out(c.width, c.width),
      fc1(c.width, c.ffn),
      fc2(c.ffn, c.width),
      width_(c.width),
      heads_(c.heads),
      dropout_(c.dropout) {}

void EsmBlock::collect(nn::Parameters& parameters, const std::string& at, const EsmConfig& c) {
  qkv.collect(parameters, {at + ".attention.self.query", at + ".attention.self.key", at + ".attention.self.value"});
  out.collect(parameters, at + ".attention.output.dense");
  attention_norm.collect(parameters, at + ".attention.LayerNorm");
  ffn_norm.collect(parameters, at + ".LayerNorm");
  fc1.collect(parameters, at + ".intermediate.dense");
  fc2.collect(parameters, at + ".output.dense");
  if (c.rotary) parameters.add(at + ".attention.self.rotary_embeddings.inv_freq", {c.width / c.heads / 2}, inv_freq);
}

void EsmBlock::prepare(ops::Precision precision) {
  // Around attention, where f32x3's errors grow most, it takes six products.
  const ops::Precision in_attention = precision == ops::Precision::f32x3 ? ops::Precision::f32x6 : precision;
  for (nn::Linear* linear : {&qkv, &out}) linear->prepare(in_attention);
  for (nn::Linear* linear : {&fc1, &fc2}) linear->prepare(precision);
  attention_norm.prepare();
  ffn_norm.prepare();
}

void EsmBlock::prepare_training(const nn::TrainingForm& form) {
  reached = form.input == nn::InputGradient::needed;
  for (nn::Linear* linear : {&qkv, &out, &fc1, &fc2}) linear->prepare_training(form);
  attention_norm.prepare_training();
  ffn_norm.prepare_training();
}

bool EsmBlock::add_adapters(const nn::LoraOptions& options) {
  bool any = false;
  for (nn::Linear* linear : {&qkv, &out, &fc1, &fc2}) {
    linear->add_adapters(options);
    any = any || !linear->adapters().empty();
  }
  return any;
}

void EsmBlock::collect_adapters(std::vector<nn::Trained>& to) const {
  for (const nn::Linear* linear : {&qkv, &out, &fc1, &fc2})
    for (const nn::LoraAdapter& adapter : linear->adapters()) adapter.collect(to);
}

void EsmBlock::parameters_changed() {
  for (nn::Linear* linear : {&qkv, &out, &fc1, &fc2}) linear->parameters_changed();
}

// x twice, q k v and a sum a head (f32); two norms, attention's output, the FFN's inside twice (product_input); sums of
// adapters.
std::size_t EsmBlock::kept_bytes_per_token(ops::Precision precision) const {
  const std::size_t input = size_of(precision == ops::Precision::bf16 ? DType::bf16 : DType::f32);
  std::size_t bytes = static_cast<std::size_t>(5 * width_ + heads_) * sizeof(float) +
                      static_cast<std::size_t>(3 * width_ + 2 * fc1.width()) * input;
  for (const nn::Linear* linear : {&qkv, &out, &fc1, &fc2})
    if (!linear->adapters().empty()) bytes += static_cast<std::size_t>(linear->width()) * sizeof(float);
  return bytes;
}

// x, the final norm, q k v; what products take: a norm or attention's output, and the FFN's inside. No two of these are
// of one size, so what one leaves waits for its turn in the next block. (In f32 the norms share one.)
std::size_t EsmBlock::pass_bytes_per_token(ops::Precision precision) const {
  const auto width = static_cast<std::size_t>(width_);
  const auto inside = static_cast<std::size_t>(fc1.width());
  if (precision != ops::Precision::bf16) return sizeof(float) * (5 * width + inside);
  return sizeof(float) * 5 * width + size_of(DType::bf16) * (width + inside);
}

std::size_t EsmBlock::thread_bytes(std::int64_t longest, ops::Precision precision) const {
  return ops::attention_thread_bytes(width_ / heads_, longest, precision);
}

std::size_t EsmBlock::packed_bytes() const {
  return qkv.packed_bytes() + out.packed_bytes() + fc1.packed_bytes() + fc2.packed_bytes();
}

Tensor EsmBlock::run(const Tensor& x, const EsmPass& pass) const { return feed_forward(attend(x, pass), pass); }

// x + dropout(linear(input)); in place of x at inference.
Tensor EsmBlock::join(const nn::Linear& linear, const Tensor& input, const Tensor& x, std::uint64_t place) const {
  if (autograd::mode() == autograd::Mode::inference || dropout_ == 0) return linear(input, {.residual = x, .into = x});
  return autograd::add(x, autograd::dropout(linear(input), dropout_, place));
}

// x + out(attention(norm(x)))
Tensor EsmBlock::attend(const Tensor& x, const EsmPass& pass) const {
  const int layer = static_cast<int>(pass.index) + 1;
  const Tensor joint = qkv(attention_norm(x, product_input(pass)));  // (T, 3*D)
  ops::AttentionInput input{joint.columns(0, width_),
                            joint.columns(width_, 2 * width_),
                            joint.columns(2 * width_, 3 * width_),
                            pass.batch.cu_seqlens,
                            heads_,
                            pass.precision,
                            1.0F / std::sqrt(static_cast<float>(width_ / heads_))};
  if (rotary) input.rotary = rotary->table(pass.batch.longest());
  if (pass.taps.attention && pass.taps.wants_attention(layer))
    for (std::int64_t b = 0; b < pass.batch.sequences(); ++b)
      pass.taps.attention(layer, b, ops::attention_maps(input, b));
  return join(out, autograd::attention(input, product_input(pass)), x, 2 * pass.index);
}

// x + fc2(gelu(fc1(norm(x))))
Tensor EsmBlock::feed_forward(const Tensor& x, const EsmPass& pass) const {
  const Tensor inner =
      fc1(ffn_norm(x, product_input(pass)), {.activation = ops::Activation::gelu_erf, .output = product_input(pass)});
  return join(fc2, inner, x, 2 * pass.index + 1);
}

}  // namespace groel::models
