// What the files written with bf16 instructions of AVX-512 or AMX share.
#pragma once

#if defined(__x86_64__)

#if defined(__GNUC__) && \
    !defined(__clang__)  // GCC 12 takes its own intrinsics' undefined operands for mistakes of ours
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <cstdint>

// Every function that uses these instructions, also the lambdas' bodies, must say so.
#define GROEL_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,amx-tile,amx-bf16")))
#define GROEL_BF16_INLINE GROEL_BF16 __attribute__((always_inline)) inline

namespace groel::ops::cpu {

/// A mask of the first `count` of 16 lanes; of all for 16 and more.
GROEL_BF16_INLINE __mmask16 first_lanes(std::int64_t count) {
  return static_cast<__mmask16>(count >= 16 ? 0xffff : (1 << count) - 1);
}

}  // namespace groel::ops::cpu

#endif
