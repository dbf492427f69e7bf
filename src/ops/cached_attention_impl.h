// The CPU kernel of cached_attention: one head of one query.
#pragma once

#include "ops/cached_attention.h"

namespace groel::ops::cpu {

/// A query that sees the first `places` places of `of`.
struct CachedQuery {
  const KeyValues& of;
  std::int64_t head;
  std::int64_t width;  ///< K
  std::int64_t places;
  float scale;
  const float* q;  ///< [K]
  float* scores;   ///< working memory: `places`, rounded up to whole pages
  float* out;      ///< [K]
};
void attend_cached(const CachedQuery& query);

}  // namespace groel::ops::cpu
