// cached_attention on the CPU, for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/cached_attention_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "base/simd_dispatch.h"
#include "ops/cached_attention_impl.h"
#include "ops/softmax_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

constexpr std::int64_t kPage = KeyValues::kPage;

/// scores[p] = Σ_d q[d] keys[d][p] for V vectors of places.
template <int V, class T>
HWY_INLINE void score_vectors(const T* keys, const float* q, std::int64_t width, float* scores) {
  Vector sum[V];
  for (Vector& one : sum) one = hn::Zero(kTag);
  for (std::int64_t d = 0; d < width; ++d) {
    const Vector factor = hn::Set(kTag, q[d]);
    for (int i = 0; i < V; ++i) sum[i] = hn::MulAdd(factor, load(keys + d * kPage + i * lanes(), lanes()), sum[i]);
  }
  for (int i = 0; i < V; ++i) hn::StoreU(sum[i], kTag, scores + i * lanes());
}

/// Of a whole page: places that are not held yet are zeros.
template <class T>
HWY_INLINE void score_page(const T* keys, const float* q, std::int64_t width, float* scores) {
  const std::int64_t step = 4 * lanes();
  for (std::int64_t p = 0; p < kPage; p += step) score_vectors<4>(keys + p, q, width, scores + p);
}

/// out[d..d+n) += Σ_p weights[p] values[p][d]
template <class T>
HWY_INLINE void add_values(const T* values, const float* weights, std::int64_t places, std::int64_t width, float* out) {
  std::int64_t d = 0;
  for (; d + 4 * lanes() <= width; d += 4 * lanes()) {
    Vector sum[4];
    for (int i = 0; i < 4; ++i) sum[i] = hn::LoadU(kTag, out + d + i * lanes());
    for (std::int64_t p = 0; p < places; ++p) {
      const Vector weight = hn::Set(kTag, weights[p]);
      for (int i = 0; i < 4; ++i)
        sum[i] = hn::MulAdd(weight, load(values + p * width + d + i * lanes(), lanes()), sum[i]);
    }
    for (int i = 0; i < 4; ++i) hn::StoreU(sum[i], kTag, out + d + i * lanes());
  }
  for (std::int64_t n = 0; d < width; d += n) {
    n = std::min(lanes(), width - d);
    Vector sum = load(out + d, n);
    for (std::int64_t p = 0; p < places; ++p)
      sum = hn::MulAdd(hn::Set(kTag, weights[p]), load(values + p * width + d, n), sum);
    store(sum, out + d, n);
  }
}

// scores[p] *= factors[p], where there are any.
HWY_INLINE void multiply(float* scores, const Tensor& factors, std::int64_t head, std::int64_t places) {
  if (!factors.defined()) return;
  const float* of = factors.data<float>() + head * kPage;
  for (std::int64_t p = 0; p < places; ++p) scores[p] *= of[p];
}

template <class T>
void attend_pages(const cpu::CachedQuery& query) {
  const std::int64_t pages = (query.places + kPage - 1) / kPage;
  const std::int64_t panel = query.head * query.width * kPage;
  for (std::int64_t i = 0; i < pages; ++i) {
    const KeyValues::Page& page = query.of.pages[static_cast<std::size_t>(i)];
    score_page(page.keys.data<T>() + panel, query.q, query.width, query.scores + i * kPage);
    multiply(query.scores + i * kPage, page.key_scales, query.head, kPage);
  }
  for (std::int64_t p = 0; p < query.places; ++p) query.scores[p] *= query.scale;
  row_softmax(query.scores, query.scores, query.places);
  std::fill_n(query.out, query.width, 0.0F);
  for (std::int64_t i = 0; i < pages; ++i) {
    const KeyValues::Page& page = query.of.pages[static_cast<std::size_t>(i)];
    const std::int64_t places = std::min(kPage, query.places - i * kPage);
    multiply(query.scores + i * kPage, page.value_scales, query.head, places);
    add_values(page.values.data<T>() + panel, query.scores + i * kPage, places, query.width, query.out);
  }
}

void attend_cached(const cpu::CachedQuery& query) {
  switch (query.of.pages.front().keys.dtype()) {
    case DType::f32: return attend_pages<float>(query);
    case DType::bf16: return attend_pages<bf16_t>(query);
    default: return attend_pages<std::int8_t>(query);
  }
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(attend_cached);

void cpu::attend_cached(const CachedQuery& query) { GROEL_DISPATCH(attend_cached)(query); }

}  // namespace groel::ops
#endif
