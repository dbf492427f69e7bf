// The part of a matrix that one call of a kernel works on.
#pragma once

#include <cstdint>

namespace groel::ops::cpu {

/// Rows [begin, end).
struct RowRange {
  std::int64_t begin;
  std::int64_t end;
};

}  // namespace groel::ops::cpu
