// Each row of the grid is one sequence of packed attention; all share one bias.
#include "nn/folding/triangle_attention.h"

#include <algorithm>
#include <cmath>

#include "nn/folding/bounds.h"
#include "ops/attention.h"
#include "ops/gate.h"
#include "ops/pair_grid.h"

namespace groel::nn::folding {
namespace {

// What is added to scores of pairs that are not there, for the rows of the grid in order.
Tensor unseen(const Tensor& mask) {
  if (!mask.defined()) return {};
  Tensor out = Tensor::empty(mask.shape());
  const auto there = mask.values<float>();
  std::transform(there.begin(), there.end(), out.mutable_data<float>(),
                 [](float is) { return is == 0 ? kUnseen : 0.0F; });
  return out;
}

}  // namespace

TriangleAttention::TriangleAttention(const TriangleAttentionForm& form)
    : form_(form),
      norm_(form.width, form.epsilon),
      bias_(form.width, form.heads, {.bias = Bias::no, .exactness = Exactness::attention}),
      qkv_(form.width,
           {{"query", form.heads * form.head_width},
            {"key", form.heads * form.head_width},
            {"value", form.heads * form.head_width}},
           {.bias = Bias::no, .exactness = Exactness::attention}),
      gate_(form.width, form.heads * form.head_width, {.bias = form.bias}),
      out_(form.heads * form.head_width, form.width, {.bias = form.bias}) {}

void TriangleAttention::members(Members to) {
  to.part("norm", norm_);
  to.part("bias", bias_);
  to.part("", qkv_);
  to.part("gate", gate_);
  to.part("out", out_);
}

void TriangleAttention::ready(const Form& form) {
  input_ = product_input(form);
  precision_ = form.precision == ops::Precision::bf16 ? ops::Precision::bf16 : ops::Precision::f32;
}

// [H, N*N]: between key and query of any row. Keys come first, so that what is turned is as it lies.
Tensor TriangleAttention::biases(const Pairs& in) const {
  const std::int64_t n = in.tokens();
  const bool turned = form_.node == Node::ending && form_.ending_bias == EndingBias::transposed;
  return shared_planes_of(n, form_.heads, {3 * form_.width, in.z.device()}, [&](std::int64_t begin, std::int64_t end) {
    const Tensor z = turned ? in.z.rows(begin, end) : ops::take_columns(in.z, {n, begin, end});
    return bias_(norm_(z, input_));
  });
}

// normed [rows*N, C] -> what is seen, gated: [rows*N, H*K].
Tensor TriangleAttention::attended(const Tensor& normed, const GridRows& grid, const Biases& bias) const {
  const std::int64_t width = form_.heads * form_.head_width;
  const Tensor qkv = qkv_(normed);
  ops::AttentionInput input{qkv.columns(0, width), qkv.columns(width, 2 * width), qkv.columns(2 * width, 3 * width),
                            even_bounds(grid.end - grid.begin, grid.n)};
  input.heads = form_.heads;
  input.precision = precision_;
  input.scale = 1.0F / std::sqrt(static_cast<float>(form_.head_width));
  input.shared_bias = bias.pairs;
  if (bias.keys.defined()) input.key_bias = grid.of(bias.keys);
  return ops::gate(ops::attention(input), gate_(normed), {.output = input_});
}

void TriangleAttention::add(const Pairs& in, Tensor& to) const {
  const std::int64_t n = in.tokens();
  const bool ending = form_.node == Node::ending;
  const Biases bias{biases(in), unseen(ending ? transposed_mask(in.mask, n) : in.mask)};
  const RowShare share{n * (6 * form_.heads * form_.head_width + 2 * form_.width), in.z.device(), 1};
  share_rows(n, share, [&](std::int64_t begin, std::int64_t end) {
    const GridRows grid{n, begin, end};
    const ops::ColumnPairs columns{n, grid.first(), grid.last()};
    const Tensor normed = norm_(ending ? ops::take_columns(in.z, columns) : grid.of(in.z), input_);
    const Tensor seen = attended(normed, grid, bias);
    const Tensor target = grid.of(to);
    ending ? ops::add_columns(out_(seen), columns, to) : void(out_(seen, {.residual = target, .into = target}));
  });
}

}  // namespace groel::nn::folding
