// The choice between the versions of a kernel for different instruction sets.
#include "base/simd_dispatch.h"

#include <gtest/gtest.h>

namespace groel {
namespace {

int baseline() { return 0; }
int avx2() { return 1; }
int avx512() { return 2; }

TEST(SimdDispatch, TakesTheWidestVersionOfTheActiveInstructionSet) {
  int (*const versions[3])() = {baseline, avx2, avx512};
  const int expected = active_isa() >= Isa::avx512 ? 2 : active_isa() >= Isa::avx2 ? 1 : 0;
  EXPECT_EQ(choose_version(versions)(), expected);
}

TEST(SimdDispatch, PassesOverVersionsThatWereNotCompiled) {
  int (*const only_baseline[3])() = {baseline, nullptr, nullptr};
  EXPECT_EQ(choose_version(only_baseline)(), 0);
  int (*const no_avx2[3])() = {baseline, nullptr, avx512};
  EXPECT_EQ(choose_version(no_avx2)(), active_isa() >= Isa::avx512 ? 2 : 0);
}

}  // namespace
}  // namespace groel
