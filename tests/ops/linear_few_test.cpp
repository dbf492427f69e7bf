// Products of few rows: whole numbers give the bits of the same numbers in bf16.
#include "ops/linear_few.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/cpu.h"

namespace groel::ops::cpu {
namespace {

TEST(FewRows, WholeNumbersGiveTheBitsOfTheirBfloat16s) {
  if (active_isa() < Isa::avx512_bf16) GTEST_SKIP() << "this processor has no bf16 dot products";
  constexpr std::int64_t kIn = 70, kOut = 192;
  std::vector<std::int8_t> whole(kIn * kOut);
  std::vector<bf16_t> rounded(whole.size()), x(9 * kIn);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    whole[i] = static_cast<std::int8_t>(static_cast<int>(i * 7919 % 255) - 127);
    rounded[i] = to_bf16(static_cast<float>(whole[i]));
  }
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = to_bf16(static_cast<float>(i * 31 % 97) / 13.0F - 3.5F);
  for (const auto& [block, run] : {std::pair{64, 70}, {48, 32}, {16, 64}}) {
    const PanelLayout layout{kIn, kOut, block, 2, run, DType::bf16};
    for (std::int64_t rows = 1; rows <= 9; ++rows) {
      std::vector<float> expected(static_cast<std::size_t>(rows * kOut)), got(expected.size());
      few_rows_bf16(layout, rows, x.data(), rounded.data(), expected.data());
      few_rows_bf16(layout, rows, x.data(), whole.data(), got.data());
      EXPECT_EQ(got, expected) << block << " " << rows;
      EXPECT_NE(expected.front(), 0);
    }
  }
}

}  // namespace
}  // namespace groel::ops::cpu
