// Products with few rows, and the check that they give the same bits.
#include "ops/linear_panel.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "base/cpu.h"
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
  if (dtype == DType::u8) {
    Tensor bytes = Tensor::empty({rows, columns}, DType::u8);
    auto* to = bytes.mutable_data<std::uint8_t>();
    for (std::int64_t i = 0; i < rows * columns; ++i)
      to[i] = static_cast<std::uint8_t>((static_cast<std::uint32_t>(i + rows) * 2654435761U) >> 24);
    return bytes;
  }
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

void run_few(const PanelLayout& layout, std::int64_t rows, const std::byte* x, const std::byte* packed, float* y) {
  if (layout.input == DType::bf16)
    few_rows_bf16(layout, rows, reinterpret_cast<const bf16_t*>(x), reinterpret_cast<const bf16_t*>(packed), y);
  else
    few_rows_f32(layout, rows, reinterpret_cast<const float*>(x), reinterpret_cast<const float*>(packed), y);
}

// A product by the large tile, which others have to repeat to the bit.
class Trial {
 public:
  explicit Trial(const TileProduct& large) : shape_(large.shape()) {
    const Tensor weight = scattered_matrix(shape_.out, shape_.in, shape_.input);
    x_ = scattered_matrix(shape_.rows, shape_.in, shape_.input);
    packed_ = Storage::allocate(large.packed_bytes());
    large.pack(weight.raw_data(), packed_->data());
    expected_.resize(static_cast<std::size_t>(shape_.rows * shape_.out));
    run_product(large, x_.raw_data(), packed_->data(), expected_.data());
  }

  bool repeated_by(const PanelLayout& layout) const {
    std::vector<float> y(expected_.size());
    for (std::int64_t r = 0, rows = 1; r < shape_.rows; r += rows, rows = rows % most_rows() + 1) {
      rows = std::min(rows, shape_.rows - r);
      run_few(layout, rows, x_.rows(r, r + rows).raw_data(), packed_->data(), y.data() + r * shape_.out);
    }
    return std::memcmp(y.data(), expected_.data(), y.size() * sizeof(float)) == 0;
  }

 private:
  std::int64_t most_rows() const { return shape_.input == DType::f32 ? kMostNarrowRows : kMostFewRows; }

  TileShape shape_;
  Tensor x_;
  std::shared_ptr<Storage> packed_;
  std::vector<float> expected_;
};

// The layout by which the packed weight can be read, if there is one: oneDNN's with AVX-512 has blocks of columns and
// sums in runs of 512 or 1024, short ones in one go; with AVX2 the weight is as it was, and sums are of 256 each.
std::optional<PanelLayout> find_layout(const TileProduct& large) {
  const TileShape& shape = large.shape();
  const bool half = shape.input == DType::bf16;
  if (shape.input == DType::u8) return {};
  if (half && active_isa() < Isa::avx512_bf16) return {};
  const std::int64_t group = half ? 2 : 1, narrowest = half ? 16 : narrowest_few_rows_block();
  const auto unpadded = static_cast<std::size_t>(shape.in * shape.out) * size_of(shape.input);
  if (shape.in % group != 0 || large.packed_bytes() != unpadded) return {};
  const Trial trial(large);
  for (const std::int64_t block : {std::int64_t{64}, std::int64_t{48}, std::int64_t{32}, std::int64_t{16}, shape.out})
    for (const std::int64_t run : {shape.in, std::int64_t{1024}, std::int64_t{512}, std::int64_t{256}}) {
      if (run > shape.in) continue;
      const PanelLayout layout{shape.in, shape.out, block, group, run, shape.input};
      const bool plain = block == shape.out;
      const bool fits = shape.out % block == 0 && (half ? block % narrowest == 0 : plain || block % narrowest == 0);
      if (fits && trial.repeated_by(layout)) return layout;
    }
  return {};
}

// Once for every shape in the life of the process.
std::optional<PanelLayout> layout_of(const TileProduct& large) {
  static std::mutex mutex;
  static std::map<std::tuple<std::int64_t, std::int64_t, DType>, std::optional<PanelLayout>> known;
  const TileShape& shape = large.shape();
  const std::scoped_lock lock(mutex);
  const auto [at, added] = known.try_emplace({shape.in, shape.out, shape.input});
  if (added) at->second = find_layout(large);
  return at->second;
}

// Whether a packed weight is its transpose [in, out] and nothing else. Once for every shape, too.
bool is_plain(const TileProduct& product) {
  static std::mutex mutex;
  static std::map<std::pair<std::int64_t, std::int64_t>, bool> known;
  const TileShape& shape = product.shape();
  const std::scoped_lock lock(mutex);
  const auto [at, added] = known.try_emplace({shape.in, shape.out}, false);
  if (!added || product.packed_bytes() != static_cast<std::size_t>(shape.in * shape.out) * sizeof(float))
    return at->second;
  Tensor weight = Tensor::empty({shape.out, shape.in});  // every number its place, as far as f32 tells them apart
  const auto packed = Storage::allocate(product.packed_bytes());
  float* numbered = weight.mutable_data<float>();
  for (std::int64_t c = 0; c < shape.out; ++c)
    for (std::int64_t k = 0; k < shape.in; ++k)
      numbered[c * shape.in + k] = static_cast<float>((k * shape.out + c) % (1 << 24));
  product.pack(weight.raw_data(), packed->data());
  const auto* numbers = reinterpret_cast<const float*>(packed->data());
  bool plain = true;
  for (std::int64_t i = 0; i < shape.in * shape.out; ++i)
    plain = plain && numbers[i] == static_cast<float>(i % (1 << 24));
  return at->second = plain;
}

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

PanelProduct::PanelProduct(std::int64_t in, std::int64_t out, DType input) : shape_{kRows, in, out, input} {
  if (input == DType::u8 && byte_products() != ByteProducts::quads_512) {
    bytes_.emplace(in, out, byte_products());
    return;
  }
  large_.emplace(shape_);
  TileProduct small({kFewRows, in, out, input}, *large_);
  if (proven(*large_, small)) small_ = std::move(small);
}

void PanelProduct::pack(const void* weight, std::byte* packed) const {
  if (bytes_)
    bytes_->pack(static_cast<const std::int8_t*>(weight), reinterpret_cast<std::int8_t*>(packed));
  else
    large_->pack(weight, packed);
}

const std::optional<PanelLayout>& PanelProduct::few() const {
  std::call_once(few_->once, [this] { few_->layout = layout_of(*large_); });
  return few_->layout;
}

std::int64_t PanelProduct::padded(std::int64_t rows) const {
  if (bytes_ || (rows <= kMostFewRows && few())) return rows;
  return small_ ? (rows + kFewRows - 1) / kFewRows * kFewRows : kRows;
}

std::int64_t PanelProduct::narrow_block() const {
  constexpr std::int64_t kBlock = 64;
  std::call_once(few_->block_once, [&] {
    few_->block = shape_.input == DType::f32 && shape_.out % kBlock == 0 && is_plain(*large_) ? kBlock : 0;
  });
  return few_->block;
}

void PanelProduct::pack_narrow(const void* weight, std::byte* wide, DType stored, std::byte* packed) const {
  pack(weight, wide);
  const auto numbers = static_cast<std::int64_t>(packed_bytes() / size_of(shape_.input));
  if (shape_.input == DType::bf16) {
    for (std::int64_t i = 0; i < numbers; ++i)
      reinterpret_cast<std::int8_t*>(packed)[i] =
          static_cast<std::int8_t>(to_float(reinterpret_cast<const bf16_t*>(wide)[i]));
    return;
  }
  const auto* floats = reinterpret_cast<const float*>(wide);
  const std::int64_t block = narrow_block();
  if (block == 0) return narrow({stored, DType::f32, 1, numbers, numbers}, floats, packed);
  for (std::int64_t c = 0; c < shape_.out; c += block)
    narrow({stored, DType::f32, shape_.in, block, shape_.out}, floats + c,
           packed + static_cast<std::size_t>(c * shape_.in) * size_of(stored));
}

void PanelProduct::widen(const std::byte* packed, DType stored, std::byte* wide) const {
  const std::int64_t block = narrow_block();
  if (block == 0) {
    const auto numbers = static_cast<std::int64_t>(packed_bytes() / size_of(shape_.input));
    return cpu::widen({stored, shape_.input, 1, numbers, numbers}, packed, wide);
  }
  for (std::int64_t c = 0; c < shape_.out; c += block)
    cpu::widen({stored, shape_.input, shape_.in, block, shape_.out},
               packed + static_cast<std::size_t>(c * shape_.in) * size_of(stored),
               wide + static_cast<std::size_t>(c) * size_of(shape_.input));
}

// With more than kMostFewRows it is looked for only once it has been wanted several times.
bool PanelProduct::takes_narrow(std::int64_t rows) const {
  constexpr int kOften = 16;
  if (shape_.input == DType::bf16) return rows <= kMostFewRows && few().has_value();
  if (shape_.input != DType::f32 || rows > kMostNarrowRows) return false;
  if (rows > kMostFewRows && few_->wanted < kOften && ++few_->wanted < kOften) return false;
  return few().has_value();
}

void PanelProduct::run_narrow(std::int64_t rows, const std::byte* x, const std::byte* packed, DType stored,
                              float* y) const {
  PanelLayout layout = *few();
  if (layout.input == DType::bf16)
    return few_rows_bf16(layout, rows, reinterpret_cast<const bf16_t*>(x), reinterpret_cast<const std::int8_t*>(packed),
                         y);
  if (const std::int64_t block = narrow_block(); block > 0) layout.block = block;
  few_rows_widened(layout, rows, reinterpret_cast<const float*>(x), packed, stored, y);
}

void PanelProduct::run(std::int64_t rows, const std::byte* x, const std::byte* packed, float* y) const {
  if (bytes_)
    return bytes_->run(rows, reinterpret_cast<const std::uint8_t*>(x), reinterpret_cast<const std::int8_t*>(packed),
                       reinterpret_cast<std::int32_t*>(y));
  if (rows == kRows) return run_product(*large_, x, packed, y);
  if (rows <= kMostFewRows && few()) return run_few(*few(), rows, x, packed, y);
  const auto row_bytes = static_cast<std::size_t>(shape_.in) * size_of(shape_.input);
  for (std::int64_t r = 0; r < rows; r += kFewRows)
    run_product(*small_, x + static_cast<std::size_t>(r) * row_bytes, packed, y + r * shape_.out);
}

}  // namespace groel::ops::cpu
