// Measures this machine's speed at matrix products and at reading and writing memory.
#include "ops/limits.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/cpu.h"
#include "base/threads.h"
#include "ops/byte_product.h"
#include "ops/onednn.h"

namespace groel::ops {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// One thread's operands.
struct Operands {
  Operands(const TileShape& shape, std::size_t scratch_bytes)
      : x(Storage::allocate(static_cast<std::size_t>(shape.rows * shape.in) * sizeof(float))),
        y(Storage::allocate(static_cast<std::size_t>(shape.rows * shape.out) * sizeof(float))),
        scratch(Storage::allocate(scratch_bytes + 64)) {
    std::fill_n(x->data(), x->size(), std::byte{0x3c});
  }
  std::shared_ptr<Storage> x, y, scratch;
};

// The product that such numbers take, over a weight of zeros.
class Product {
 public:
  explicit Product(const TileShape& shape) : shape_(shape) {
    const Tensor weight = Tensor::zeros({shape.out, shape.in}, shape.input);
    if (shape.input == DType::u8 && byte_products() != ByteProducts::quads_512) {
      bytes_.emplace(shape.in, shape.out, byte_products());
      packed_ = Storage::allocate(bytes_->packed_bytes());
      bytes_->pack(reinterpret_cast<const std::int8_t*>(weight.raw_data()), whole());
      return;
    }
    tile_.emplace(shape);
    packed_ = Storage::allocate(tile_->packed_bytes());
    tile_->pack(weight.raw_data(), packed_->data());
  }

  Operands operands() const { return {shape_, tile_ ? tile_->scratch_bytes() : 0}; }

  void run(const Operands& o) const {
    if (tile_) return tile_->run(o.x->data(), packed_->data(), o.y->data(), o.scratch->data());
    bytes_->run(shape_.rows, reinterpret_cast<const std::uint8_t*>(o.x->data()), whole(),
                reinterpret_cast<std::int32_t*>(o.y->data()));
  }

 private:
  std::int8_t* whole() const { return reinterpret_cast<std::int8_t*>(packed_->data()); }

  TileShape shape_;
  std::optional<TileProduct> tile_;
  std::optional<cpu::ByteProduct> bytes_;
  std::shared_ptr<Storage> packed_;
};

}  // namespace

DType multiplied_type(Precision precision) {
  if (precision == Precision::bf16 && active_isa() >= Isa::avx512_bf16) return DType::bf16;
  return precision == Precision::int8 && byte_products() != ByteProducts::none ? DType::u8 : DType::f32;
}

double measure_product_rate(const ProductShape& shape, Precision precision) {
  constexpr std::int64_t kRows = 256;
  constexpr double kShortest = 4e-3;  // seconds of a run: many times what waking the threads takes
  const Product product({kRows, shape.in, shape.out, multiplied_type(precision)});
  const double flops = 2.0 * kRows * static_cast<double>(shape.in) * static_cast<double>(shape.out);
  auto repeats = static_cast<std::int64_t>(std::max(1.0, 1e9 / flops));
  const int threads = num_threads();
  std::vector<Operands> operands;
  for (int t = 0; t < threads; ++t) operands.push_back(product.operands());
  double best = 0;
  for (int run = 0; run < 6; ++run) {
    const auto begin = Clock::now();
    parallel_for(threads, [&](std::int64_t t) {
      const Operands& o = operands[static_cast<std::size_t>(t)];
      for (std::int64_t i = 0; i < repeats; ++i) product.run(o);
    });
    const double seconds = seconds_since(begin);
    best = std::max(best, flops * static_cast<double>(repeats * threads) / seconds);
    if (seconds < kShortest) repeats *= static_cast<std::int64_t>(kShortest / seconds) + 1;
  }
  return best;
}

double measure_memory_bandwidth() {
  constexpr std::int64_t kCount = std::int64_t{1} << 24;  // 64 MB per array
  constexpr std::int64_t kChunk = std::int64_t{1} << 16;
  Tensor a = Tensor::zeros({kCount});
  const Tensor b = Tensor::zeros({kCount});
  const Tensor c = Tensor::zeros({kCount});
  float* to = a.mutable_data<float>();
  const float* left = b.data<float>();
  const float* right = c.data<float>();
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    const auto begin = Clock::now();
    parallel_for(kCount / kChunk, [&](std::int64_t chunk) {
      for (std::int64_t i = chunk * kChunk; i < (chunk + 1) * kChunk; ++i) to[i] = left[i] + 3.0F * right[i];
    });
    best = std::max(best, 3.0 * kCount * sizeof(float) / seconds_since(begin));
  }
  return best;
}

}  // namespace groel::ops
