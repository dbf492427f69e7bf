// Projections become a plane per channel, planes are multiplied, and the result comes back as pairs.
#include "nn/folding/triangle_multiplication.h"

#include "ops/gate.h"
#include "ops/pair_grid.h"
#include "ops/planes.h"

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

namespace {

// Numbers from one plane to the next: whole cache lines, and not so far apart that all begin at the same place of the
// cache.
std::int64_t plane_step(std::int64_t pairs) {
  constexpr std::int64_t kLine = 32;
  return (pairs + kLine - 1) / kLine * kLine + kLine;
}

}  // namespace

// A plane of a and one of b for each channel, side by side; at i*N + k is the number of (i, k), or of (k, i) for
// incoming edges.
void TriangleMultiplication::fill_planes(const Pairs& in, const Planes& to) const {
  const std::int64_t n = in.tokens(), inner = form_.inner;
  const bool incoming = form_.edges == Edges::incoming;
  const Tensor mask = incoming ? transposed_mask(in.mask, n) : in.mask;
  share_rows(n * n, {4 * inner + 2 * form_.width, in.z.device()}, [&](std::int64_t begin, std::int64_t end) {
    const Tensor z = incoming ? ops::take_columns(in.z, {n, begin, end}) : in.z.rows(begin, end);
    const Tensor all = inputs_(norm_(z, input_));
    const Tensor factor = mask.defined() ? mask.rows(begin, end) : Tensor();
    Tensor a = to.a.columns(begin, end), b = to.b.columns(begin, end);
    ops::gate_planes(all.columns(0, inner), all.columns(2 * inner, 3 * inner), factor, a);
    ops::gate_planes(all.columns(inner, 2 * inner), all.columns(3 * inner, 4 * inner), factor, b);
  });
}

// The product in f32 takes the place of a, and where numbers are half as wide, of b.
TriangleMultiplication::Planes TriangleMultiplication::make_planes(const Pairs& in) const {
  const std::int64_t pairs = in.z.size(0), step = plane_step(pairs);
  const DType type = ops::plane_type(precision_);
  const Tensor all = Tensor::empty({form_.inner, 2 * step}, type, in.z.device());
  const std::int64_t wide = type == DType::f32 ? 2 * step : step;
  const Tensor product = Tensor::view(all.storage(), {form_.inner, wide}, DType::f32);
  return {all.columns(0, pairs), all.columns(step, step + pairs), product.columns(0, pairs)};
}

void TriangleMultiplication::add(const Pairs& in, Tensor& to) const {
  Planes planes = make_planes(in);
  fill_planes(in, planes);
  ops::multiply_planes(planes.a, planes.b, in.tokens(), precision_, planes.product);
  share_rows(in.z.size(0), {2 * form_.inner + 4 * form_.width, in.z.device()},
             [&](std::int64_t begin, std::int64_t end) {
               const Tensor rows = ops::planes_as_rows(planes.product.columns(begin, end));
               const Tensor update = out_(product_norm_(rows, input_));
               const Tensor gates = out_gate_(norm_(in.z.rows(begin, end), input_));
               const Tensor target = to.rows(begin, end);
               ops::gate(update, gates, {.residual = target, .into = target});
             });
}

}  // namespace groel::nn::folding
