// The inner product, compiled for every instruction set and chosen when the program runs.
#include "analysis/inner_product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "analysis/inner_product.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/simd_dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace groel::analysis::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Four running sums, to hide the latency of a multiply-add.
float product(const float* a, const float* b, std::int64_t width) {
  const hn::ScalableTag<float> tag;
  const auto step = static_cast<std::int64_t>(hn::Lanes(tag));
  auto s0 = hn::Zero(tag);
  auto s1 = s0;
  auto s2 = s0;
  auto s3 = s0;
  std::int64_t i = 0;
  for (; i + 4 * step <= width; i += 4 * step) {
    s0 = hn::MulAdd(hn::LoadU(tag, a + i), hn::LoadU(tag, b + i), s0);
    s1 = hn::MulAdd(hn::LoadU(tag, a + i + step), hn::LoadU(tag, b + i + step), s1);
    s2 = hn::MulAdd(hn::LoadU(tag, a + i + 2 * step), hn::LoadU(tag, b + i + 2 * step), s2);
    s3 = hn::MulAdd(hn::LoadU(tag, a + i + 3 * step), hn::LoadU(tag, b + i + 3 * step), s3);
  }
  for (; i + step <= width; i += step) s0 = hn::MulAdd(hn::LoadU(tag, a + i), hn::LoadU(tag, b + i), s0);
  float total = hn::GetLane(hn::SumOfLanes(tag, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
  for (; i < width; ++i) total += a[i] * b[i];
  return total;
}

}  // namespace
}  // namespace groel::analysis::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::analysis {
GROEL_EXPORT(product);

float inner_product(const float* a, const float* b, std::int64_t width) noexcept {
  return GROEL_DISPATCH(product)(a, b, width);
}

}  // namespace groel::analysis
#endif
