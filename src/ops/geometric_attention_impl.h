// The CPU kernel of geometric attention: one head of one sequence.
#pragma once

#include "ops/geometric_attention.h"

namespace groel::ops::cpu {

struct GeometricTask {
  std::int64_t head;
  std::int64_t begin;  ///< tokens [begin, end)
  std::int64_t end;
};

/// Rows of a thread's working memory: per token five vectors of three, a score and what is added to it.
inline constexpr std::int64_t kGeometricRows = 17;

void geometric_attention(const GeometricAttentionInput& input, const GeometricTask& task, Tensor& y);
/// Bytes that a thread keeps for a sequence of that many tokens.
std::size_t geometric_attention_bytes(std::int64_t tokens);

}  // namespace groel::ops::cpu
