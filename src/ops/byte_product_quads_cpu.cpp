// Products of bytes by AVX-VNNI: dot products of four of them, of processors that have these without AVX-512.
#include "base/error.h"
#include "ops/byte_product.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define GROEL_BYTES __attribute__((target("avx2,avxvnni")))

namespace groel::ops::cpu {
namespace {

struct Groups {
  static constexpr std::int64_t kBytes = 4;

  GROEL_BYTES static __m256i weights(const std::int8_t* at) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  }
  GROEL_BYTES static __m256i add(__m256i sum, __m256i x, __m256i weight) {
    return _mm256_dpbusd_avx_epi32(sum, x, weight);
  }
};

}  // namespace
}  // namespace groel::ops::cpu

#include "ops/byte_product_inl.h"

namespace groel::ops::cpu {

void multiply_quads(const ByteTile& tile, std::int32_t* y) { multiply_all(tile, y); }

}  // namespace groel::ops::cpu

#else

namespace groel::ops::cpu {

void multiply_quads(const ByteTile&, std::int32_t*) {
  throw Error(ErrorKind::internal, "no AVX-VNNI on this processor");
}

}  // namespace groel::ops::cpu

#endif
