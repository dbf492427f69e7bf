// Weights of all pairs once; then a product per head for some rows of the alignment at a time.
#include "nn/folding/pair_averaging.h"

#include <algorithm>

#include "ops/elementwise.h"
#include "ops/gate.h"
#include "ops/linear_grad.h"

namespace groel::nn::folding {
namespace {

// Scores of tokens that no row has.
void hide_absent(const AlignmentStates& in, Tensor& logits) {
  const auto there = in.mask.values<float>();
  float* values = logits.mutable_data<float>();
  for (std::int64_t i = 0; i < in.tokens; ++i) {
    float any = 0;
    for (std::int64_t s = 0; s < in.rows(); ++s)
      any = std::max(any, there[static_cast<std::size_t>(s * in.tokens + i)]);
    for (std::int64_t row = i; any == 0 && row < logits.count(); row += in.tokens) values[row] += kUnseen;
  }
}

}  // namespace

PairAveraging::PairAveraging(const PairAveragingForm& form)
    : form_(form),
      norm_(form.alignment_width, form.epsilon),
      pair_norm_(form.pair_width, form.epsilon),
      logits_(form.pair_width, form.heads, {.bias = Bias::no, .exactness = Exactness::attention}),
      inputs_(form.alignment_width, {{"value", form.heads * form.head_width}, {"gate", form.heads * form.head_width}},
              {.bias = Bias::no}),
      out_(form.heads * form.head_width, form.alignment_width, {.bias = Bias::no}) {}

void PairAveraging::members(Members to) {
  to.part("norm", norm_);
  to.part("pair_norm", pair_norm_);
  to.part("logits", logits_);
  to.part("", inputs_);
  to.part("out", out_);
}

void PairAveraging::ready(const Form& form) {
  input_ = product_input(form);
  precision_ = form.precision;
}

// [H*N, N]: of each head and token, over the tokens that it sees.
Tensor PairAveraging::weights(const AlignmentStates& in, const Tensor& z) const {
  const std::int64_t n = in.tokens;
  Tensor logits = planes_of(
      n, form_.heads, z.device(), [&](const GridRows& grid) { return logits_(pair_norm_(grid.of(z), input_)); },
      2 * form_.pair_width);
  if (in.mask.defined()) hide_absent(in, logits);
  return ops::softmax(logits.reshape({form_.heads * n, n}));
}

// values [rows*N, H*K] -> averaged, the same shape.
Tensor PairAveraging::averaged(const Tensor& values, const std::vector<ops::PackedWeight>& heads,
                               std::int64_t n) const {
  const std::int64_t rows = values.size(0) / n, per_head = form_.head_width * rows;
  const Tensor planes = ops::transpose(values).reshape({-1, n});  // [H*K*rows, N]
  Tensor out = Tensor::empty(planes.shape(), DType::f32, planes.device());
  for (std::int64_t h = 0; h < form_.heads; ++h)
    ops::linear(planes.rows(h * per_head, (h + 1) * per_head), heads[static_cast<std::size_t>(h)],
                {.into = out.rows(h * per_head, (h + 1) * per_head)});
  return ops::transpose(out.reshape({form_.heads * form_.head_width, rows * n}));
}

void PairAveraging::add(const AlignmentStates& in, const Tensor& z, Tensor& to) const {
  const std::int64_t n = in.tokens, width = form_.heads * form_.head_width;
  const Tensor all = weights(in, z);
  std::vector<ops::PackedWeight> heads;
  for (std::int64_t h = 0; h < form_.heads; ++h) heads.emplace_back(all.rows(h * n, (h + 1) * n), precision_);
  for_rows(in.rows(), n * 4 * width, [&](std::int64_t begin, std::int64_t end) {
    const Tensor inputs = inputs_(norm_(in.m.rows(begin * n, end * n), input_));
    const Tensor seen = averaged(inputs.columns(0, width), heads, n);
    const Tensor target = to.rows(begin * n, end * n);
    out_(ops::gate(seen, inputs.columns(width, 2 * width), {.output = input_}), {.residual = target, .into = target});
  });
}

}  // namespace groel::nn::folding
