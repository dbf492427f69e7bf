// The one place that uses oneDNN: a matrix product of fixed shape, run by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/dtype.h"

namespace groel::ops {

struct TileShape {
  std::int64_t rows = 0;     ///< of x and y
  std::int64_t in = 0;       ///< columns of x
  std::int64_t out = 0;      ///< columns of y
  DType input = DType::f32;  ///< of x and the weight: f32 or bf16; u8: of x, the weight is then i8
};

/// y [rows, out] f32 (of whole numbers i32) = x [rows, in] · wᵀ, both contiguous. Immutable; any number of threads may
/// run it at once. Those of equal shape share what oneDNN made for them, which is kept for the process (training packs
/// its weights each step).
class TileProduct {
 public:
  explicit TileProduct(const TileShape& shape);
  /// A product over the packed weights of another, which differs in rows alone.
  TileProduct(const TileShape& shape, const TileProduct& like);
  ~TileProduct();
  TileProduct(TileProduct&&) noexcept;
  TileProduct& operator=(TileProduct&&) noexcept;

  const TileShape& shape() const;
  /// oneDNN's name of the kernel it chose ("brg:avx512_core").
  std::string kernel() const;
  std::size_t packed_bytes() const;
  std::size_t scratch_bytes() const;
  /// weight: [out, in] contiguous, of the input type (i8 for u8). packed: packed_bytes(), 64-byte aligned.
  void pack(const void* weight, std::byte* packed) const;
  /// The same of an f32 weight [in, out] whose rows are `stride` apart.
  void pack_transposed(const float* weight, std::int64_t stride, std::byte* packed) const;
  /// scratch: scratch_bytes(), 64-byte aligned, this thread's own.
  void run(const void* x, const std::byte* packed, void* y, std::byte* scratch) const;

 private:
  struct Impl;
  static std::shared_ptr<const Impl> find(const TileShape& shape, const Impl* like);
  std::shared_ptr<const Impl> impl_;
};

/// Version of the oneDNN library at run time.
std::string onednn_version();

}  // namespace groel::ops
