// Products of bytes by AVX2: both widened to i16, multiplied and added in pairs. (Its instruction for bytes saturates.)
#include "base/error.h"
#include "ops/byte_product.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define GROEL_BYTES __attribute__((target("avx2")))

namespace groel::ops::cpu {
namespace {

struct Groups {
  static constexpr std::int64_t kBytes = 2;

  GROEL_BYTES static __m256i weights(const std::int8_t* at) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  }
  GROEL_BYTES static __m256i add(__m256i sum, __m256i x, __m256i weight) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(x, weight));
  }
};

}  // namespace
}  // namespace groel::ops::cpu

#include "ops/byte_product_inl.h"

namespace groel::ops::cpu {

void multiply_pairs(const ByteTile& tile, std::int32_t* y) { multiply_all(tile, y); }

}  // namespace groel::ops::cpu

#else

namespace groel::ops::cpu {

void multiply_pairs(const ByteTile&, std::int32_t*) { throw Error(ErrorKind::internal, "no AVX2 on this processor"); }

}  // namespace groel::ops::cpu

#endif
