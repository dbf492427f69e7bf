// linear_grad: checks, packing, and the loop over tiles of the weight's gradient.
#include "ops/linear_grad.h"

#include <algorithm>

#include "base/cpu.h"
#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/linear_grad_impl.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

using cpu::GradPanels;
using cpu::GradWord;
using cpu::kGradRows;

void check(const Tensor& x, const Tensor& dy, const LinearGradients& to) {
  GROEL_REQUIRE(x.rank() == 2 && dy.rank() == 2 && x.size(0) == dy.size(0));
  for (const Tensor* t : {&x, &dy}) GROEL_REQUIRE(t->dtype() == DType::f32 || t->dtype() == DType::bf16);
  GROEL_REQUIRE(!to.weight.defined() || (to.weight.shape() == Shape{dy.size(1), x.size(1)} && to.weight.contiguous() &&
                                         to.weight.dtype() == DType::f32));
  GROEL_REQUIRE(!to.bias.defined() || (to.bias.shape() == Shape{dy.size(1)} && to.bias.dtype() == DType::f32));
}

GradWord word_of(Precision precision) {
  if (precision != Precision::bf16) return GradWord::f32;
  return active_isa() >= Isa::avx512_bf16 ? GradWord::pair : GradWord::rounded;
}

GradPanels make_panels(const Tensor& x, GradWord word, std::int64_t width) {
  GradPanels out{nullptr, word, x.size(0), x.size(1), width, ceil_div(x.size(1), width)};
  const std::int64_t runs = ceil_div(out.rows, kGradRows);
  out.storage =
      Storage::allocate(static_cast<std::size_t>(runs * out.panels * out.steps(kGradRows) * width) * 4, x.device());
  return out;
}

void add_sums(const std::vector<float>& sums, std::int64_t runs, Tensor& bias) {
  const std::int64_t width = bias.size(0);
  float* to = bias.mutable_data<float>();
  for (std::int64_t run = 0; run < runs; ++run)
    for (std::int64_t i = 0; i < width; ++i) to[i] += sums[static_cast<std::size_t>(run * width + i)];
}

// Both operands in panels, and dy's column sums.
void pack_operands(const Tensor& x, const GradPanels& px, const Tensor& dy, const GradPanels& pdy, Tensor& bias) {
  const std::int64_t runs = ceil_div(x.size(0), kGradRows);
  std::vector<float> sums(bias.defined() ? static_cast<std::size_t>(runs * dy.size(1)) : 0);
  const auto pack_run = px.word == GradWord::pair ? cpu::pack_pairs_run : cpu::pack_grad_run;
  parallel_for(2 * runs, [&](std::int64_t task) {
    const std::int64_t run = task / 2;
    if (task % 2 == 0)
      pack_run(x, run, px, nullptr);
    else
      pack_run(dy, run, pdy, sums.empty() ? nullptr : sums.data() + run * dy.size(1));
  });
  if (bias.defined()) add_sums(sums, runs, bias);
}

struct TileRange {
  std::int64_t panel;  // of x
  std::int64_t begin;  // panels of dy
  std::int64_t end;
};

void run_tiles(const GradPanels& x, const GradPanels& dy, const TileRange& range, Matrix<float> dw) {
  for (std::int64_t run = 0; run < ceil_div(x.rows, kGradRows); ++run) {
    const std::int64_t steps = x.steps(std::min(kGradRows, x.rows - run * kGradRows));
    for (std::int64_t p = range.begin; p < range.end; ++p) {
      const std::int64_t row = p * dy.width;
      const std::int64_t column = range.panel * x.width;
      const cpu::GradTile tile{dy.panel(run, p),
                               x.panel(run, range.panel),
                               steps,
                               dw.row(row) + column,
                               dw.stride,
                               std::min(dy.width, dw.rows - row),
                               std::min(x.width, dw.columns - column)};
      x.word == GradWord::pair ? cpu::grad_tile_pairs(tile) : cpu::grad_tile(tile);
    }
  }
}

}  // namespace

void linear_grad(const Tensor& x, const Tensor& dy, Precision precision, LinearGradients& to) {
  check(x, dy, to);
  if (x.size(0) == 0 || !(to.weight.defined() || to.bias.defined())) return;
  backend(x).linear_grad(x, dy, precision, to);
}

cpu::GradOperands cpu::make_operands(const Tensor& x, const Tensor& dy, Precision precision) {
  const GradWord word = word_of(precision);
  return {make_panels(x, word, word == GradWord::pair ? kPairPanel : grad_panel_width()),
          make_panels(dy, word, kGradOut)};
}

void cpu::linear_grad(const Tensor& x, const Tensor& dy, Precision precision, LinearGradients& to) {
  const ProfileScope scope("linear_grad", 2.0 * static_cast<double>(x.count()) * static_cast<double>(dy.size(1)));
  const auto [px, pdy] = make_operands(x, dy, precision);
  pack_operands(x, px, dy, pdy, to.bias);
  if (!to.weight.defined()) return;
  const Matrix<float> dw = mutable_matrix<float>(to.weight);
  const std::int64_t splits = std::clamp<std::int64_t>(ceil_div(8 * num_threads(), px.panels), 1, pdy.panels);
  parallel_for(px.panels * splits, [&, &px = px, &pdy = pdy](std::int64_t task) {
    const std::int64_t split = task % splits;
    run_tiles(px, pdy, {task / splits, split * pdy.panels / splits, (split + 1) * pdy.panels / splits}, dw);
  });
}

Tensor transpose(const Tensor& x) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32);
  Tensor out = Tensor::empty({x.size(1), x.size(0)}, DType::f32, x.device());
  backend(x).transpose(x, out);
  return out;
}

void cpu::transpose(const Tensor& x, Tensor& y) {
  constexpr std::int64_t kBlock = 32;
  const auto in = matrix<float>(x);
  const auto to = mutable_matrix<float>(y);
  parallel_for(ceil_div(in.columns, kBlock), [&](std::int64_t block) {
    const std::int64_t c0 = block * kBlock;
    const std::int64_t c1 = std::min(in.columns, c0 + kBlock);
    for (std::int64_t r0 = 0; r0 < in.rows; r0 += kBlock)
      for (std::int64_t c = c0; c < c1; ++c)
        for (std::int64_t r = r0; r < std::min(in.rows, r0 + kBlock); ++r) to.row(c)[r] = in.row(r)[c];
  });
}

}  // namespace groel::ops
