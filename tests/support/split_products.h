// f32x3 splits its products while an object of this type exists, also without AMX (if there are bf16 products).
#pragma once

#include <cstdlib>

namespace groel {

struct SplitProducts {
  SplitProducts() { ::setenv("GROEL_F32X3", "split", 1); }
  ~SplitProducts() { ::unsetenv("GROEL_F32X3"); }
  SplitProducts(const SplitProducts&) = delete;
  SplitProducts& operator=(const SplitProducts&) = delete;
};

}  // namespace groel
