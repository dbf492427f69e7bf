// Tensors without data: access to the data is an error, and their memory is counted as the pool would count it.
#include <gtest/gtest.h>

#include "base/error.h"
#include "tensor/shape_run.h"
#include "tensor/tensor.h"

namespace groel {
namespace {

TEST(ShapeDevice, RefusesHostAccess) {
  Tensor x = Tensor::zeros({3, 4}, DType::f32, Device::shape);
  EXPECT_EQ(x.bytes(), 48U);
  EXPECT_THROW(x.data<float>(), Error);
  EXPECT_THROW(x.mutable_data<float>(), Error);
  EXPECT_THROW(x.values<float>(), Error);
  EXPECT_THROW(x.raw_data(), Error);
  EXPECT_THROW(x.storage()->data(), Error);
  EXPECT_THROW(x.host_view(), Error);
  EXPECT_THROW(x.copy_from(Tensor::zeros({3, 4})), Error);
}

TEST(ShapeDevice, ViewsAndCopiesStayThere) {
  const Tensor x = Tensor::zeros({3, 4}).to(Device::shape);
  for (const Tensor& y : {x.rows(1, 3), x.columns(0, 2), x.reshape({12}), x.clone(), x.columns(1, 3).clone(),
                          x.to(DType::bf16), x.to(Device::shape)})
    EXPECT_EQ(y.device(), Device::shape);
  EXPECT_EQ(x.columns(1, 3).row_stride(), 4);
  bool asked = false;
  const Tensor y = Tensor::computed({5}, Device::shape, [&](std::span<float>) { asked = true; });
  EXPECT_FALSE(asked);
  EXPECT_EQ(y.shape(), Shape{5});
}

// The same tensors come and go on both.
template <class Make>
void come_and_go(const Make& make) {
  const Tensor a = make(1000);
  { const Tensor b = make(70000); }
  const Tensor c = make(69000);  // takes b's block
  { const Tensor d = make(5); }
  const Tensor e = make(400000);
}

TEST(ShapeDevice, IsCountedAsThePoolCounts) {
  release_cached_memory();
  const MemoryStatistics before = memory_statistics();
  come_and_go([](std::int64_t n) { return Tensor::empty({n}); });
  const MemoryStatistics real = memory_statistics();
  const auto pool = std::make_shared<ShapePool>();
  {
    const ShapeRun counting(*pool);
    come_and_go([](std::int64_t n) { return Tensor::empty({n}, DType::f32, Device::shape); });
  }
  EXPECT_EQ(pool->held(), real.live + real.cached - before.live);
  EXPECT_EQ(pool->statistics().allocations, real.allocations - before.allocations);
  const Tensor elsewhere = Tensor::empty({1 << 20}, DType::f32, Device::shape);
  EXPECT_EQ(pool->held(), real.live + real.cached - before.live);
  EXPECT_EQ(pool->statistics().live, 0U);
  pool->restart();
  EXPECT_EQ(pool->held(), 0U);
}

TEST(ShapeDevice, ThreadsKeepTheMostThatTheyWereAskedFor) {
  const auto pool = std::make_shared<ShapePool>();
  pool->keep("a", 1024, 2);
  pool->keep("a", 512, 2);
  pool->keep("b", 64, 2);
  EXPECT_EQ(pool->held(), 2U * 1024 + 2 * 64);
  pool->keep("a", 2048, 2);  // what was too small waits to be used again
  EXPECT_EQ(pool->statistics().live, 2U * 2048 + 2 * 64);
  EXPECT_EQ(pool->statistics().cached, 2U * 1024);
}

}  // namespace
}  // namespace groel
