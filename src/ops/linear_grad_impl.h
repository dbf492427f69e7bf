// The CPU backend of linear_grad: operands arranged in panels, and the product of one tile.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/linear_grad.h"

namespace groel::ops::cpu {

/// Rows that are packed and summed at a time, whatever T and the number of threads.
inline constexpr std::int64_t kGradRows = 512;
/// Columns of dy in one tile.
inline constexpr std::int64_t kGradOut = 6;

/// What a 32-bit word of a panel holds: an f32 (as it is, or rounded to bf16), or two rows' bf16.
enum class GradWord { f32, rounded, pair };

/// Columns of x in one tile, for the active target.
std::int64_t grad_panel_width();

/// A matrix [T, columns] cut into runs of kGradRows rows and panels of `width` columns: [run][panel][step][width], a
/// step being one row, or two (GradWord::pair); past the end are zeros.
struct GradPanels {
  std::shared_ptr<Storage> storage;
  GradWord word = GradWord::f32;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t width = 0;
  std::int64_t panels = 0;

  std::int64_t steps(std::int64_t rows_in_run) const {
    return word == GradWord::pair ? (rows_in_run + 1) / 2 : rows_in_run;
  }
  std::uint32_t* panel(std::int64_t run, std::int64_t panel) const {
    return reinterpret_cast<std::uint32_t*>(storage->data()) + (run * panels + panel) * steps(kGradRows) * width;
  }
};
/// Both operands' panels, of the inputs' device, not filled.
struct GradOperands {
  GradPanels x;
  GradPanels dy;
};
GradOperands make_operands(const Tensor& x, const Tensor& dy, Precision precision);
/// Packs one run of x's rows; `sums` [columns], zeros when not null, receives the sums of its columns.
void pack_grad_run(const Tensor& x, std::int64_t run, const GradPanels& to, float* sums);

/// dw[o][i] += Σ over steps of dy[step][o] x[step][i], for `rows` o (at most kGradOut) and `columns` i.
struct GradTile {
  const std::uint32_t* dy;  ///< [steps, kGradOut]
  const std::uint32_t* x;   ///< [steps, grad_panel_width()]
  std::int64_t steps;
  float* dw;
  std::int64_t stride;
  std::int64_t rows;
  std::int64_t columns;
};
void grad_tile(const GradTile& tile);
/// The same for GradWord::pair by AVX-512's bf16 dot products, panels of kPairPanel columns; only where active_isa()
/// has them.
inline constexpr std::int64_t kPairPanel = 64;
/// pack_grad_run for that: panels of kPairPanel columns of x, or of kGradOut of dy with their sums.
void pack_pairs_run(const Tensor& x, std::int64_t run, const GradPanels& to, float* sums);
void grad_tile_pairs(const GradTile& tile);

}  // namespace groel::ops::cpu
