// Products of bytes are exact, by every instruction that this processor has.
#include "ops/byte_product.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace groel::ops::cpu {
namespace {

class ByteProductBy : public testing::TestWithParam<ByteProducts> {
 protected:
  void SetUp() override {
    const std::vector<ByteProducts> able = runnable_byte_products();
    if (std::find(able.begin(), able.end(), GetParam()) == able.end())
      GTEST_SKIP() << "this processor has no such instructions";
  }
};

TEST_P(ByteProductBy, GivesExactSumsForAnyRowsAndWidths) {
  for (const std::int64_t in : {1, 2, 3, 4, 31, 320})
    for (const std::int64_t out : {1, 15, 16, 17, 40})
      for (const std::int64_t rows : {1, 2, 3, 4, 5, 6, 7, 64}) {
        std::vector<std::uint8_t> x(static_cast<std::size_t>(rows * in));
        std::vector<std::int8_t> weight(static_cast<std::size_t>(out * in));
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::uint8_t>(i * 2654435761U >> 11);
        for (std::size_t i = 0; i < weight.size(); ++i)
          weight[i] = static_cast<std::int8_t>(static_cast<int>(i * 7919 % 255) - 127);
        x[0] = 255;  // the largest products side by side: an instruction that saturates gives other sums
        x[x.size() - 1] = 255;
        const ByteProduct product(in, out, GetParam());
        std::vector<std::int8_t> packed(product.packed_bytes());
        product.pack(weight.data(), packed.data());
        std::vector<std::int32_t> y(static_cast<std::size_t>(rows * out));
        product.run(rows, x.data(), packed.data(), y.data());
        for (std::int64_t r = 0; r < rows; ++r)
          for (std::int64_t c = 0; c < out; ++c) {
            std::int32_t sum = 0;
            for (std::int64_t i = 0; i < in; ++i)
              sum += static_cast<std::int32_t>(x[static_cast<std::size_t>(r * in + i)]) *
                     weight[static_cast<std::size_t>(c * in + i)];
            ASSERT_EQ(y[static_cast<std::size_t>(r * out + c)], sum) << rows << " x " << in << " x " << out;
          }
      }
}

TEST_P(ByteProductBy, DoesNotSaturate) {
  constexpr std::int64_t kIn = 5120, kOut = 16;
  const std::vector<std::uint8_t> x(kIn, 255);
  const std::vector<std::int8_t> weight(kIn * kOut, -127);
  const ByteProduct product(kIn, kOut, GetParam());
  std::vector<std::int8_t> packed(product.packed_bytes());
  product.pack(weight.data(), packed.data());
  std::vector<std::int32_t> y(kOut);
  product.run(1, x.data(), packed.data(), y.data());
  for (const std::int32_t sum : y) EXPECT_EQ(sum, -255 * 127 * kIn);
}

INSTANTIATE_TEST_SUITE_P(Instructions, ByteProductBy, testing::Values(ByteProducts::pairs_256, ByteProducts::quads_256),
                         [](const auto& by) {
                           return std::string(by.param == ByteProducts::quads_256 ? "Quads" : "Pairs");
                         });

}  // namespace
}  // namespace groel::ops::cpu
