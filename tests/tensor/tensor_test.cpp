// Tensors: shapes, views, conversions, pooled memory.
#include "tensor/tensor.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace groel {
namespace {

TEST(Tensor, ColumnsAreAViewWithTheLeadingDimension) {
  const Tensor x = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor right = x.columns(1, 3);
  EXPECT_FALSE(right.contiguous());
  EXPECT_EQ(right.row_stride(), 3);
  const Tensor copy = right.clone();
  EXPECT_EQ(std::vector<float>(copy.values<float>().begin(), copy.values<float>().end()),
            (std::vector<float>{2, 3, 5, 6}));
}

TEST(Tensor, RowsOfAnyRank) {
  const Tensor x = Tensor::of<float>({2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
  EXPECT_EQ(x.rows(1, 2).values<float>()[0], 4.0F);
  EXPECT_EQ(x.reshape({4, -1}).size(1), 2);
}

TEST(Tensor, RejectsOverflowingShapes) {
  EXPECT_THROW(element_count({std::int64_t{1} << 40, std::int64_t{1} << 40}), Error);
  EXPECT_THROW(element_count({-1}), Error);
}

TEST(Tensor, Bf16RoundsToNearestEven) {
  const Tensor x = Tensor::of<float>({3}, {1.00390625F, 1.01171875F, -3.0F});
  const Tensor back = x.to(DType::bf16).to(DType::f32);
  EXPECT_EQ(back.values<float>()[0], 1.0F);
  EXPECT_EQ(back.values<float>()[1], 1.015625F);
  EXPECT_EQ(back.values<float>()[2], -3.0F);
  EXPECT_TRUE(std::isnan(to_float(to_bf16(NAN))));
}

TEST(Tensor, HalfRoundTripsEveryValue) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const f16_t half{static_cast<std::uint16_t>(bits)};
    const float wide = to_float(half);
    if (std::isnan(wide)) continue;
    ASSERT_EQ(to_f16(wide).bits, half.bits);
  }
}

TEST(Tensor, ReadOnlyStorageIsNotWritable) {
  auto owner = std::make_shared<std::vector<float>>(4, 1.0F);
  Tensor x =
      Tensor::view(Storage::borrow(reinterpret_cast<const std::byte*>(owner->data()), 16, owner), {4}, DType::f32);
  EXPECT_EQ(x.values<float>()[3], 1.0F);
  EXPECT_THROW(x.mutable_data<float>(), Error);
}

TEST(Storage, PoolReusesBlocks) {
  release_cached_memory();
  const std::byte* first = nullptr;
  {
    const Tensor x = Tensor::empty({1000, 1000});
    first = x.raw_data();
  }
  const Tensor y = Tensor::empty({1000, 999});
  EXPECT_EQ(y.raw_data(), first);
}

TEST(Storage, LastingPiecesAreApartAndAligned) {
  constexpr std::size_t kBytes = 100'001;
  std::vector<std::shared_ptr<Storage>> pieces;
  for (int i = 0; i < 400; ++i) {
    pieces.push_back(Storage::allocate_lasting(kBytes));
    ASSERT_EQ(pieces.back()->size(), kBytes);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(pieces.back()->data()) % 64, 0U);
    std::fill_n(pieces.back()->data(), kBytes, static_cast<std::byte>(i));
  }
  for (int i = 0; i < 400; ++i)
    for (const std::size_t at : {std::size_t{0}, kBytes - 1})
      ASSERT_EQ(pieces[static_cast<std::size_t>(i)]->data()[at], static_cast<std::byte>(i));
}

TEST(Storage, LastingPiecesGoBackWithTheLastOfThem) {
  const std::size_t before = memory_statistics().live;
  std::shared_ptr<Storage> first = Storage::allocate_lasting(100'000);
  Storage::allocate_lasting(100'000).reset();
  EXPECT_GE(memory_statistics().live, before + 100'000);
  std::fill_n(first->data(), first->size(), std::byte{1});
  first.reset();
  EXPECT_EQ(memory_statistics().live, before);
}

}  // namespace
}  // namespace groel
