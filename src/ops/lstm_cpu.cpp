// The elementwise part of an LSTM with vector instructions.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/lstm_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/simd_dispatch.h"
#include "ops/lstm_impl.h"
#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

HWY_INLINE Vector one() { return hn::Set(kTag, 1.0F); }

HWY_INLINE Vector sigmoid(Vector x) {
  return hn::Div(one(), hn::Add(one(), exp(hn::Min(hn::Set(kTag, 88.0F), hn::Neg(x)))));
}

HWY_INLINE Vector tanh_of(Vector x) {
  const Vector s = sigmoid(hn::Add(x, x));
  return hn::Sub(hn::Add(s, s), one());
}

void cell_forward(const cpu::LstmCell& cell) {
  const std::int64_t width = cell.width;
  for_vectors(width, [&](std::int64_t k, std::int64_t n) HWY_ATTR {
    const auto sum = [&](std::int64_t gate) HWY_ATTR {
      return hn::Add(load(cell.gates + gate * width + k, n), load(cell.recurrent + gate * width + k, n));
    };
    const Vector i = sigmoid(sum(0)), f = sigmoid(sum(1)), g = tanh_of(sum(2)), o = sigmoid(sum(3));
    const Vector before = cell.c_before == nullptr ? hn::Zero(kTag) : load(cell.c_before + k, n);
    const Vector c = hn::Add(hn::Mul(f, before), hn::Mul(i, g));
    store(i, cell.active + k, n);
    store(f, cell.active + width + k, n);
    store(g, cell.active + 2 * width + k, n);
    store(o, cell.active + 3 * width + k, n);
    store(c, cell.c + k, n);
    store(hn::Mul(o, tanh_of(c)), cell.h + k, n);
  });
}

void cell_backward(const cpu::LstmCellGrad& cell) {
  const std::int64_t width = cell.width;
  for_vectors(width, [&](std::int64_t k, std::int64_t n) HWY_ATTR {
    const auto gate = [&](std::int64_t which) HWY_ATTR { return load(cell.active + which * width + k, n); };
    const Vector i = gate(0), f = gate(1), g = gate(2), o = gate(3);
    const Vector before = cell.c_before == nullptr ? hn::Zero(kTag) : load(cell.c_before + k, n);
    const Vector t = tanh_of(load(cell.c + k, n));
    const Vector dh = hn::Add(load(cell.dh + k, n), load(cell.dh_after + k, n));
    const Vector dc = hn::Add(load(cell.dc + k, n), hn::Mul(hn::Mul(dh, o), hn::Sub(one(), hn::Mul(t, t))));
    const auto slope = [](Vector s) HWY_ATTR { return hn::Mul(s, hn::Sub(one(), s)); };  // of σ
    store(hn::Mul(hn::Mul(dc, g), slope(i)), cell.dgates + k, n);
    store(hn::Mul(hn::Mul(dc, before), slope(f)), cell.dgates + width + k, n);
    store(hn::Mul(hn::Mul(dc, i), hn::Sub(one(), hn::Mul(g, g))), cell.dgates + 2 * width + k, n);
    store(hn::Mul(hn::Mul(dh, t), slope(o)), cell.dgates + 3 * width + k, n);
    store(hn::Mul(dc, f), cell.dc + k, n);
  });
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(cell_forward);
GROEL_EXPORT(cell_backward);
namespace cpu {

void lstm_cell(const LstmCell& cell) { GROEL_DISPATCH(cell_forward)(cell); }
void lstm_cell_grad(const LstmCellGrad& cell) { GROEL_DISPATCH(cell_backward)(cell); }

}  // namespace cpu
}  // namespace groel::ops
#endif
