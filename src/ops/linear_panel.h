// The product of a tile of rows with one panel of a weight, with as few rows as the input needs.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "ops/byte_product.h"
#include "ops/linear_few.h"
#include "ops/onednn.h"

namespace groel::ops::cpu {

/// Products over one packed panel: of kRows rows; of kFewRows for an input's end; and of very few rows, as when a
/// causal model writes a token at a time. The others are used where they give the same bits as the first (tried once
/// for every shape). Bytes are multiplied by oneDNN with AVX-512's dot products, else by ByteProduct, which takes any
/// rows.
class PanelProduct {
 public:
  static constexpr std::int64_t kRows = 64;
  static constexpr std::int64_t kFewRows = 16;

  PanelProduct(std::int64_t in, std::int64_t out, DType input);

  std::int64_t out() const { return shape_.out; }
  std::size_t packed_bytes() const { return bytes_ ? bytes_->packed_bytes() : large_->packed_bytes(); }
  /// weight [out, in] contiguous, of the input type (i8 for u8).
  void pack(const void* weight, std::byte* packed) const;
  /// f32 weight [in, out], whose rows are `stride` apart.
  void pack_transposed(const float* weight, std::int64_t stride, std::byte* packed) const {
    large_->pack_transposed(weight, stride, packed);
  }
  /// How many rows `run` takes for an input of `rows` <= kRows.
  std::int64_t padded(std::int64_t rows) const;
  /// Packs as `pack` does, into numbers of the narrower type `stored` (bf16 or i8) that are these exactly; in blocks of
  /// columns, so that few rows read it from end to end. `wide` has room for packed_bytes().
  void pack_narrow(const void* weight, std::byte* wide, DType stored, std::byte* packed) const;
  /// The panel as `pack` gives it.
  void widen(const std::byte* packed, DType stored, std::byte* wide) const;
  /// Whether a panel that is kept narrower need not be widened for an input of `rows`.
  bool takes_narrow(std::int64_t rows) const;
  /// The same as `run`, over such a panel; of rows that it takes.
  void run_narrow(std::int64_t rows, const std::byte* x, const std::byte* packed, DType stored, float* y) const;
  /// x [rows, in], rows from `padded` -> y [rows, out]; of whole numbers (u8) y holds i32.
  void run(std::int64_t rows, const std::byte* x, const std::byte* packed, float* y) const;

 private:
  TileShape shape_;
  std::optional<ByteProduct> bytes_;  // else the others
  std::optional<TileProduct> large_;
  std::optional<TileProduct> small_;
  // Looked for when it is first wanted, as that takes longer than a product.
  struct Few {
    std::atomic<int> wanted{0};
    std::once_flag once;
    std::optional<PanelLayout> layout;
    std::once_flag block_once;
    std::int64_t block = 0;  // of a narrow panel
  };
  const std::optional<PanelLayout>& few() const;
  /// Columns of a block of a narrow panel; 0: it is in the order of the wide one.
  std::int64_t narrow_block() const;
  std::shared_ptr<Few> few_ = std::make_shared<Few>();
};

}  // namespace groel::ops::cpu
