// A weight packed for the CPU: panels of columns in the form that their products take, or narrower.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "ops/linear_impl.h"
#include "ops/linear_panel.h"

namespace groel::ops::cpu {

/// Columns of a panel: wide enough for peak speed, narrow enough to share a short input among threads.
inline constexpr std::int64_t kPanel = 256;

/// Of what type numbers of a product are, into how many bf16 products one of f32 is split, and how they are kept.
struct ProductNumbers {
  DType type;
  std::int64_t split;
  DType stored;
};
ProductNumbers numbers_of(Precision precision, WeightForm form);

struct CpuWeight final : PackedWeight::Impl {
  std::vector<PanelProduct> products;  // one for full panels, one for the last if it is narrower
  std::int64_t panels = 0;
  std::size_t panel_bytes = 0;
  std::shared_ptr<Storage> packed;
  DType input = DType::f32;   // of the product
  DType stored = DType::f32;  // of the packed numbers: as `input`, or narrower
  std::vector<float> scales;  // of int8: for each output
  std::vector<float> sums;    // of a product of whole numbers: those of each output, times its scale
  std::int64_t split = 1;     // bf16 products for one of f32

  std::size_t bytes() const override { return packed->size() + (scales.size() + sums.size()) * sizeof(float); }
  bool rounds_to_whole() const { return precision == Precision::int8; }
  bool narrow() const { return stored != input; }
  bool rounds_input() const { return precision == Precision::bf16 && input == DType::f32; }
  /// Columns of x's rows as the product takes them.
  std::int64_t depth() const { return split * in; }
  const PanelProduct& product(std::int64_t panel) const {
    return panel + 1 < panels ? products.front() : products.back();
  }
  /// Rows of x that its products want of so many.
  std::int64_t padded(std::int64_t rows) const {
    return std::max(products.front().padded(rows), products.back().padded(rows));
  }
  std::byte* panel_data(std::int64_t panel) const {
    return packed->data() + static_cast<std::size_t>(panel) * panel_bytes;
  }
};

}  // namespace groel::ops::cpu
