// Two products of planes, one for each direction, side by side.
#include "nn/folding/joint_triangles.h"

#include "base/error.h"
#include "ops/gate.h"
#include "ops/pair_grid.h"
#include "ops/planes.h"

namespace groel::nn::folding {
namespace {

// Values of a and b of one direction, then their gates.
std::vector<Linear::Output> values_and_gates(std::int64_t width) { return {{"value", width / 2}, {"gate", width / 2}}; }

// Whole cache lines from one plane to the next, which do not all begin at the same place of the cache.
std::int64_t apart(std::int64_t pairs) {
  constexpr std::int64_t kLine = 32;
  return (pairs + kLine - 1) / kLine * kLine + kLine;
}

}  // namespace

JointTriangles::JointTriangles(std::int64_t width)
    : width_(width),
      norm_(width, 1e-5F),
      outgoing_(width, values_and_gates(width)),
      incoming_(width, values_and_gates(width)),
      product_norm_(width / 2, 1e-5F),
      out_(width / 2, {{"out", width}, {"out_gate", width}}) {
  GROEL_REQUIRE(width % 4 == 0);
}

void JointTriangles::members(Members to) {
  to.part("norm", norm_);
  to.part("outgoing", outgoing_);
  to.part("incoming", incoming_);
  to.part("product_norm", product_norm_);
  to.part("", out_);
}

void JointTriangles::ready(const Form& form) {
  input_ = product_input(form);
  precision_ = form.precision;
}

// -> [C/2, N*N] f32: planes of the outgoing direction, then of the incoming one. The planes of one direction's factors
// are gone before those of the other are made.
Tensor JointTriangles::products(const Pairs& in) const {
  const std::int64_t n = in.tokens(), quarter = width_ / 4, step = apart(n * n);
  const Tensor all = Tensor::empty({2 * quarter, step}, DType::f32, in.z.device()).columns(0, n * n);
  for (const bool turned : {false, true}) {
    const Tensor factors =
        Tensor::empty({2 * quarter, step}, ops::plane_type(precision_), in.z.device()).columns(0, n * n);
    const Tensor mask = turned ? transposed_mask(in.mask, n) : in.mask;
    share_rows(n * n, {4 * quarter + 2 * width_, in.z.device()}, [&](std::int64_t begin, std::int64_t end) {
      const Tensor z = turned ? ops::take_column_pairs(in.z, {n, begin, end}) : in.z.rows(begin, end);
      const Tensor made = (turned ? incoming_ : outgoing_)(norm_(z, input_));
      const Tensor factor = mask.defined() ? mask.rows(begin, end) : Tensor();
      Tensor to = factors.columns(begin, end);
      ops::gate_planes(made.columns(0, 2 * quarter), made.columns(2 * quarter, 4 * quarter), factor, to);
    });
    Tensor product = turned ? all.rows(quarter, 2 * quarter) : all.rows(0, quarter);
    ops::multiply_planes(factors.rows(0, quarter), factors.rows(quarter, 2 * quarter), n, precision_, product);
  }
  return all;
}

void JointTriangles::add(const Pairs& in, Tensor& to) const {
  const Tensor product = products(in);
  share_rows(in.z.size(0), {width_ + 2 * width_, in.z.device()}, [&](std::int64_t begin, std::int64_t end) {
    const Tensor rows = product_norm_(ops::planes_as_rows(product.columns(begin, end)), input_);
    const Tensor made = out_(rows);
    const Tensor target = to.rows(begin, end);
    ops::gate(made.columns(0, width_), made.columns(width_, 2 * width_), {.residual = target, .into = target});
  });
}

}  // namespace groel::nn::folding
