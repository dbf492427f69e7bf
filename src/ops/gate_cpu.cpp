// gate on the CPU.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/gate_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/simd_dispatch.h"
#include "ops/gate_impl.h"
#include "ops/sigmoid_inl.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

struct GatedRow {
  const float* x;
  const float* g;         // or nullptr
  const float* residual;  // or nullptr
  float factor;
  std::int64_t width;
};

template <class Y>
void gate_row(const GatedRow& row, Y* y) {
  const Vector factor = hn::Set(kTag, row.factor);
  for_vectors(row.width, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    Vector value = load(row.x + i, n);
    if (row.g != nullptr) value = hn::Mul(sigmoid(load(row.g + i, n)), value);
    value = hn::Mul(value, factor);
    if (row.residual != nullptr) value = hn::Add(value, load(row.residual + i, n));
    store(value, y + i, n);
  });
}

template <class Y>
void gate_rows(const Tensor& x, const Tensor& g, const GateOptions& options, cpu::RowRange rows, Tensor& y) {
  const auto from = matrix<float>(x);
  const auto to = mutable_matrix<Y>(y);
  const float* factor = optional_vector(options.factor, from.rows);
  for (std::int64_t t = rows.begin; t < rows.end; ++t) {
    const float* residual = options.residual.defined() ? matrix<float>(options.residual).row(t) : nullptr;
    const float* gates = g.defined() ? matrix<float>(g).row(t) : nullptr;
    gate_row({from.row(t), gates, residual, factor == nullptr ? 1.0F : factor[t], from.columns}, to.row(t));
  }
}

void gate_any(const Tensor& x, const Tensor& g, const GateOptions& options, cpu::RowRange rows, Tensor& y) {
  y.dtype() == DType::f32 ? gate_rows<float>(x, g, options, rows, y) : gate_rows<bf16_t>(x, g, options, rows, y);
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(gate_any);
namespace cpu {

void gate(const Tensor& x, const Tensor& g, const GateOptions& options, RowRange rows, Tensor& y) {
  GROEL_DISPATCH(gate_any)(x, g, options, rows, y);
}

}  // namespace cpu
}  // namespace groel::ops
#endif
