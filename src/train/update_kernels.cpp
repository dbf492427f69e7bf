// The optimisers' inner loops for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/update_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/simd_dispatch.h"
#include "ops/simd_inl.h"
#include "train/update_kernels.h"

HWY_BEFORE_NAMESPACE();
namespace groel::train::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace simd = groel::ops::HWY_NAMESPACE;

// In torch's order of operations: the decay first, then the moments, then the step.
void adamw_run(const AdamWRun& run, const AdamWFactors& factors) {
  const auto set = [](float x) HWY_ATTR { return hn::Set(simd::kTag, x); };
  const auto scale = set(factors.gradient_scale), keep = set(factors.keep), epsilon = set(factors.epsilon);
  const auto beta1 = set(factors.beta1), rest1 = set(factors.rest1), beta2 = set(factors.beta2);
  const auto rest2 = set(factors.rest2), correction2 = set(factors.correction2), step_size = set(factors.step_size);
  simd::for_vectors(run.count, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const auto grad = hn::Mul(simd::load(run.grad + i, n), scale);
    const auto first = hn::Add(hn::Mul(simd::load(run.first + i, n), beta1), hn::Mul(grad, rest1));
    const auto second = hn::Add(hn::Mul(simd::load(run.second + i, n), beta2), hn::Mul(hn::Mul(grad, grad), rest2));
    const auto below = hn::Add(hn::Div(hn::Sqrt(second), correction2), epsilon);
    const auto value = hn::Mul(simd::load(run.value + i, n), keep);
    simd::store(hn::Sub(value, hn::Div(hn::Mul(step_size, first), below)), run.value + i, n);
    simd::store(first, run.first + i, n);
    simd::store(second, run.second + i, n);
    simd::store(hn::Zero(simd::kTag), run.grad + i, n);
  });
}

void sgd_run(const SgdRun& run, const SgdFactors& factors) {
  const auto set = [](float x) HWY_ATTR { return hn::Set(simd::kTag, x); };
  const auto scale = set(factors.gradient_scale), decay = set(factors.decay);
  const auto momentum = set(factors.momentum), rate = set(factors.rate);
  simd::for_vectors(run.count, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const auto value = simd::load(run.value + i, n);
    const auto grad = hn::Add(hn::Mul(simd::load(run.grad + i, n), scale), hn::Mul(decay, value));
    const auto velocity = hn::Add(hn::Mul(simd::load(run.velocity + i, n), momentum), grad);
    simd::store(hn::Sub(value, hn::Mul(rate, velocity)), run.value + i, n);
    simd::store(velocity, run.velocity + i, n);
    simd::store(hn::Zero(simd::kTag), run.grad + i, n);
  });
}

}  // namespace
}  // namespace groel::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::train {
GROEL_EXPORT(adamw_run);
GROEL_EXPORT(sgd_run);

void adamw_update(const AdamWRun& run, const AdamWFactors& factors) { GROEL_DISPATCH(adamw_run)(run, factors); }
void sgd_update(const SgdRun& run, const SgdFactors& factors) { GROEL_DISPATCH(sgd_run)(run, factors); }

}  // namespace groel::train
#endif
