// Attention with a bias for each pair: norms, products, attention, gates.
#include "nn/folding/biased_attention.h"

#include <cmath>

#include "ops/attention.h"
#include "ops/embedding.h"
#include "ops/gate.h"

namespace groel::nn::folding {
namespace {

constexpr LinearForm kPlain{.bias = Bias::no, .exactness = Exactness::attention};

// Rows of x by index; the row after the last is zeros.
Tensor rows_or_zeros(const Tensor& x, const Tensor& rows) {
  Tensor all = Tensor::zeros({x.size(0) + 1, x.size(1)}, DType::f32, x.device());
  all.rows(0, x.size(0)).copy_from(x);
  return ops::gather_rows(all, rows);
}

}  // namespace

BiasedAttention::BiasedAttention(const BiasedAttentionForm& form)
    : form_(form),
      norm_({form.width, form.condition, form.epsilon}),
      key_norm_({form.width, form.condition, form.epsilon}),
      query_(form.width, form.heads * form.head_width, {.bias = form.query_bias, .exactness = Exactness::attention}),
      kv_(form.width, {{"key", form.heads * form.head_width}, {"value", form.heads * form.head_width}}, kPlain),
      gate_(form.width, form.heads * form.head_width, {.bias = form.bias}),
      out_(form.heads * form.head_width, form.width, {.bias = form.bias}),
      zero_(form.condition, form.width) {}

void BiasedAttention::members(Members to) {
  to.part("norm", norm_);
  if (form_.keys != KeyNorm::shared) to.part("key_norm", key_norm_);
  to.part("query", query_);
  to.part("", kv_);
  to.part("gate", gate_);
  to.part("out", out_);
  if (form_.condition > 0) to.part("zero", zero_);
}

void BiasedAttention::ready(const Form& form) {
  input_ = product_input(form);
  precision_ = form.precision == ops::Precision::bf16 ? ops::Precision::bf16 : ops::Precision::f32;
}

// [Tk, 2*H*K], or a row for each of key_rows. `queries`: the normalised queries.
Tensor BiasedAttention::keys_and_values(const BiasedAttentionInput& in, const Tensor& queries) const {
  const Tensor& condition = in.keys.defined() ? in.key_condition : in.condition;
  Tensor kv;
  switch (form_.keys) {
    case KeyNorm::shared: kv = kv_(queries); break;
    case KeyNorm::own: kv = kv_(key_norm_(in.keys.defined() ? in.keys : in.x, condition, input_)); break;
    case KeyNorm::on_top: kv = kv_(key_norm_(queries.to(DType::f32), in.condition, input_)); break;
  }
  return in.key_rows.defined() ? rows_or_zeros(kv, in.key_rows) : kv;
}

void BiasedAttention::add(const BiasedAttentionInput& in, Tensor& to) const {
  const std::int64_t width = form_.heads * form_.head_width;
  const Tensor normed = norm_(in.x, in.condition, input_);
  const Tensor kv = keys_and_values(in, normed);
  ops::AttentionInput input{query_(normed), kv.columns(0, width), kv.columns(width, 2 * width), in.cu_seqlens};
  input.heads = form_.heads;
  input.precision = precision_;
  input.scale = 1.0F / std::sqrt(static_cast<float>(form_.head_width));
  input.cu_keys = in.cu_keys;
  input.bias = in.bias;
  const Tensor seen = ops::gate(ops::attention(input), gate_(normed), {.output = input_});
  if (form_.condition > 0)
    zero_.add(out_(seen), in.condition, to);
  else
    out_(seen, {.residual = to, .into = to});
}

PairLogits::PairLogits(const PairLogitsForm& form)
    : form_(form), norm_(form.pair_width, form.epsilon, form.norm_bias), logits_(form.pair_width, form.heads, kPlain) {}

void PairLogits::members(Members to) {
  to.part("norm", norm_);
  to.part("", logits_);
}

Tensor PairLogits::operator()(const Tensor& z) const {
  const std::int64_t n = Pairs{z}.tokens();
  return planes_of(
             n, form_.heads, z.device(), [&](const GridRows& grid) { return of_rows(grid.of(z)); },
             2 * form_.pair_width)
      .reshape({form_.heads, n, n});
}

}  // namespace groel::nn::folding
