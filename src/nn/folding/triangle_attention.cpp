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

// A bias for each row of the grid, with what its row of the mask hides; one for all where nothing is hidden.
std::vector<Tensor> masked_biases(const Tensor& bias, const Tensor& mask, const GridRows& grid) {
  if (!mask.defined()) return {bias};
  const auto there = mask.values<float>();
  std::vector<Tensor> out;
  for (std::int64_t row = grid.begin; row < grid.end; ++row) {
    const auto keys = there.subspan(static_cast<std::size_t>(row * grid.n), static_cast<std::size_t>(grid.n));
    Tensor own = bias.clone();
    float* values = own.mutable_data<float>();
    for (std::int64_t i = 0; i < own.count(); ++i)
      if (keys[static_cast<std::size_t>(i % grid.n)] == 0) values[i] += kUnseen;
    out.push_back(own);
  }
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

// [H, N, N]: between query and key of any row.
Tensor TriangleAttention::biases(const Pairs& in) const {
  const std::int64_t n = in.tokens();
  const bool turned = form_.node == Node::ending && form_.ending_bias == EndingBias::transposed;
  const auto rows = [&](const GridRows& grid) {
    const Tensor z = turned ? ops::take_columns(in.z, {n, grid.begin, grid.end}) : grid.of(in.z);
    return bias_(norm_(z, input_));
  };
  return planes_of(n, form_.heads, in.z.device(), rows, form_.width).reshape({form_.heads, n, n});
}

// normed [rows*N, C] -> what is seen, gated: [rows*N, H*K].
Tensor TriangleAttention::attended(const Tensor& normed, const GridRows& grid, const std::vector<Tensor>& bias) const {
  const std::int64_t width = form_.heads * form_.head_width;
  const Tensor qkv = qkv_(normed);
  ops::AttentionInput input{qkv.columns(0, width), qkv.columns(width, 2 * width), qkv.columns(2 * width, 3 * width),
                            even_bounds(grid.end - grid.begin, grid.n)};
  input.heads = form_.heads;
  input.precision = precision_;
  input.scale = 1.0F / std::sqrt(static_cast<float>(form_.head_width));
  input.bias = bias;
  return ops::gate(ops::attention(input), gate_(normed), {.output = input_});
}

void TriangleAttention::add(const Pairs& in, Tensor& to) const {
  const std::int64_t n = in.tokens();
  const bool ending = form_.node == Node::ending;
  const Tensor bias = biases(in);
  const Tensor mask = ending ? transposed_mask(in.mask, n) : in.mask;
  for_grid_rows(n, 4 * form_.heads * form_.head_width, [&](const GridRows& grid) {
    const ops::GridColumns columns{n, grid.begin, grid.end};
    const Tensor normed = norm_(ending ? ops::take_columns(in.z, columns) : grid.of(in.z), input_);
    const Tensor seen = attended(normed, grid, masked_biases(bias, mask, grid));
    const Tensor target = grid.of(to);
    ending ? ops::add_columns(out_(seen), columns, to) : void(out_(seen, {.residual = target, .into = target}));
  });
}

}  // namespace groel::nn::folding
