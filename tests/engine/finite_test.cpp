// NaN and infinity are seen wherever they are.
#include "engine/finite.h"

#include <gtest/gtest.h>

#include <cmath>

namespace groel::engine {
namespace {

TEST(AllFinite, SeesNanAndInfinityAnywhere) {
  Tensor x = Tensor::zeros({100, 400});
  EXPECT_TRUE(all_finite(x));
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    for (const std::int64_t at : {0, 17, 39999}) {
      Tensor broken = x.clone();
      broken.mutable_data<float>()[at] = bad;
      EXPECT_FALSE(all_finite(broken)) << bad << " at " << at;
    }
  }
  EXPECT_TRUE(all_finite(Tensor::empty({0, 4})));
}

}  // namespace
}  // namespace groel::engine
