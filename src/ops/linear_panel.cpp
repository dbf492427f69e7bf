// Products with few rows, and the check that they give the same bits.
#include "ops/linear_panel.h"

#include <cstring>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "ops/scratch.h"
#include "tensor/tensor.h"

namespace groel::ops::cpu {
namespace {

// Values of many exponents and signs from the bits of a multiplicative hash.
float scattered(std::uint32_t i) {
  const std::uint32_t bits = (i + 1) * 2654435761U;
  return (static_cast<float>(bits >> 8) / 16777216.0F - 0.5F) * static_cast<float>(1U << (bits & 7U));
}

Tensor scattered_matrix(std::int64_t rows, std::int64_t columns, DType dtype) {
  Tensor x = Tensor::empty({rows, columns});
  float* to = x.mutable_data<float>();
  for (std::int64_t i = 0; i < rows * columns; ++i) to[i] = scattered(static_cast<std::uint32_t>(i + rows));
  return x.to(dtype);
}

void run_product(const TileProduct& product, const std::byte* x, const std::byte* packed, float* y) {
  thread_local Scratch scratch;
  product.run(x, packed, y, scratch.bytes(product.scratch_bytes()));
}

bool give_the_same_bits(const TileProduct& large, const TileProduct& small) {
  if (large.packed_bytes() != small.packed_bytes()) return false;
  const TileShape& shape = large.shape();
  const Tensor weight = scattered_matrix(shape.out, shape.in, shape.input);
  const Tensor x = scattered_matrix(shape.rows, shape.in, shape.input);
  const auto packed = Storage::allocate(large.packed_bytes());
  large.pack(weight.raw_data(), packed->data());
  std::vector<float> a(static_cast<std::size_t>(shape.rows * shape.out));
  std::vector<float> b(a.size());
  run_product(large, x.raw_data(), packed->data(), a.data());
  const std::int64_t step = small.shape().rows;
  for (std::int64_t r = 0; r < shape.rows; r += step)
    run_product(small, x.rows(r, r + step).raw_data(), packed->data(), b.data() + r * shape.out);
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Once for every shape in the life of the process.
bool proven(const TileProduct& large, const TileProduct& small) {
  static std::mutex mutex;
  static std::map<std::tuple<std::int64_t, std::int64_t, DType>, bool> known;
  const TileShape& shape = large.shape();
  const std::scoped_lock lock(mutex);
  const auto [at, added] = known.try_emplace({shape.in, shape.out, shape.input}, false);
  if (added) at->second = give_the_same_bits(large, small);
  return at->second;
}

}  // namespace

PanelProduct::PanelProduct(std::int64_t in, std::int64_t out, DType input) : large_({kRows, in, out, input}) {
  TileProduct small({kFewRows, in, out, input}, large_);
  if (proven(large_, small)) small_ = std::move(small);
}

std::int64_t PanelProduct::padded(std::int64_t rows) const {
  return small_ ? (rows + kFewRows - 1) / kFewRows * kFewRows : kRows;
}

void PanelProduct::run(std::int64_t rows, const std::byte* x, const std::byte* packed, float* y) const {
  if (rows == kRows) return run_product(large_, x, packed, y);
  const TileShape& shape = small_->shape();
  const auto row_bytes = static_cast<std::size_t>(shape.in) * size_of(shape.input);
  for (std::int64_t r = 0; r < rows; r += kFewRows)
    run_product(*small_, x + static_cast<std::size_t>(r) * row_bytes, packed, y + r * shape.out);
}

}  // namespace groel::ops::cpu
