// One product of all left channels with all right ones, some tokens at a time.
#include "nn/folding/outer_product_mean.h"

#include <algorithm>

#include "ops/gate.h"
#include "ops/linear_grad.h"
#include "ops/pair_grid.h"

namespace groel::nn::folding {
namespace {

// [N*N] f32: 1 / (count + rows that have both tokens).
Tensor shares(const AlignmentStates& in, float count, Device device) {
  const std::int64_t n = in.tokens, rows = in.rows();
  if (!in.mask.defined())
    return Tensor::computed({n * n}, device, [&](std::span<float> out) {
      std::fill(out.begin(), out.end(), 1.0F / (count + static_cast<float>(rows)));
    });
  const Tensor columns = ops::transpose(in.mask.reshape({rows, n}));  // [N, S]
  const Tensor both = ops::linear(columns, ops::PackedWeight(columns, ops::Precision::f32));
  return Tensor::computed({n * n}, device, [&](std::span<float> out) {
    const auto counts = both.values<float>();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = 1.0F / (count + counts[i]);
  });
}

}  // namespace

OuterProductMean::OuterProductMean(const OuterProductMeanForm& form)
    : form_(form),
      norm_(form.alignment_width, form.epsilon),
      sides_(form.alignment_width, {{"left", form.inner}, {"right", form.inner}}, {.bias = form.bias}),
      out_(form.inner * form.inner, form.pair_width) {}

void OuterProductMean::members(Members to) {
  to.part("norm", norm_);
  to.part("", sides_);
  to.part("out", out_);
}

void OuterProductMean::ready(const Form& form) {
  input_ = product_input(form);
  precision_ = form.precision;
}

void OuterProductMean::add(const AlignmentStates& in, Tensor& to) const {
  const std::int64_t n = in.tokens, c = form_.inner, rows = in.rows();
  const Tensor both = sides_(norm_(in.m, input_));
  // [S*N, c] -> [N*c, S]
  const auto side = [&](std::int64_t which) {
    const Tensor own = ops::gate(both.columns(which * c, (which + 1) * c), {}, {.factor = in.mask});
    return ops::transpose(own.reshape({rows, n * c}));
  };
  const Tensor left = side(0);
  const ops::PackedWeight right(side(1), precision_);
  const Tensor share = shares(in, form_.count, to.device());
  for_grid_rows(n, 2 * c * c, [&](const GridRows& grid) {
    const Tensor products = ops::linear(left.rows(grid.begin * c, grid.end * c), right);  // [rows*c, N*c]
    const Tensor pairs = ops::blocks_as_rows(products, {c, c});
    const Tensor target = grid.of(to);
    if (form_.output_bias == OuterBias::whole) {
      out_(ops::gate(pairs, {}, {.factor = grid.of(share)}), {.residual = target, .into = target});
      return;
    }
    const Tensor update = out_(pairs);
    ops::gate(update, {}, {.factor = grid.of(share), .residual = target, .into = target});
  });
}

}  // namespace groel::nn::folding
