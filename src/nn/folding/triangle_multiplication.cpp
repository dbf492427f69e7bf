// Projections become a plane per channel, planes are multiplied, and the result comes back as pairs.
#include "nn/folding/triangle_multiplication.h"

#include "ops/gate.h"
#include "ops/linear_grad.h"
#include "ops/pair_grid.h"

namespace groel::nn::folding {

TriangleMultiplication::TriangleMultiplication(const TriangleMultiplicationForm& form)
    : form_(form),
      norm_(form.width, form.epsilon),
      inputs_(form.width, {{"a", form.inner}, {"b", form.inner}, {"a_gate", form.inner}, {"b_gate", form.inner}},
              {.bias = form.bias}),
      product_norm_(form.inner, form.epsilon),
      out_(form.inner, form.width, {.bias = form.bias}),
      out_gate_(form.width, form.width, {.bias = form.bias}) {}

void TriangleMultiplication::members(Members to) {
  to.part("norm", norm_);
  to.part("", inputs_);
  to.part("product_norm", product_norm_);
  to.part("out", out_);
  to.part("out_gate", out_gate_);
}

void TriangleMultiplication::ready(const Form& form) {
  input_ = product_input(form);
  precision_ = form.precision;
}

// planes [2*inner, N*N]: a, then b; at i*N + k is the number of (i, k), or of (k, i) for incoming edges.
void TriangleMultiplication::fill_planes(const Pairs& in, Tensor& planes) const {
  const std::int64_t n = in.tokens(), channels = 2 * form_.inner;
  const bool incoming = form_.edges == Edges::incoming;
  const Tensor mask = incoming ? transposed_mask(in.mask, n) : in.mask;
  for_grid_rows(n, 2 * channels, [&](const GridRows& grid) {
    const Tensor z = incoming ? ops::take_columns(in.z, {n, grid.begin, grid.end}) : grid.of(in.z);
    const Tensor both = inputs_(norm_(z, input_));
    const Tensor gated = ops::gate(both.columns(0, channels), both.columns(channels, 2 * channels),
                                   {.factor = mask.defined() ? grid.of(mask) : Tensor()});
    planes.columns(grid.first(), grid.last()).copy_from(ops::transpose(gated));
  });
}

void TriangleMultiplication::add(const Pairs& in, Tensor& to) const {
  const std::int64_t n = in.tokens();
  Tensor planes = Tensor::empty({2 * form_.inner, n * n}, DType::f32, in.z.device());
  fill_planes(in, planes);
  Tensor product = planes.rows(0, form_.inner);
  ops::multiply_planes(product, planes.rows(form_.inner, 2 * form_.inner), n, precision_);
  for_grid_rows(n, 2 * form_.width, [&](const GridRows& grid) {
    const Tensor rows = ops::transpose(product.columns(grid.first(), grid.last()));
    const Tensor update = out_(product_norm_(rows, input_));
    const Tensor gates = out_gate_(norm_(grid.of(in.z), input_));
    const Tensor target = grid.of(to);
    ops::gate(update, gates, {.residual = target, .into = target});
  });
}

}  // namespace groel::nn::folding
