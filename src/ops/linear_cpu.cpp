// linear on the CPU: the product in tiles, each finished (bias, activation, residual) while it is in the cache.
//
// A tile is some rows of x by one panel of output columns. Tiles have kRows rows, or fewer where the input ends: sizes
// whose results are the same bits, so that a row's result depends neither on T nor on the number of threads. Rows
// past the end are zeros.
#include <algorithm>

#include "base/cpu.h"
#include "base/profile.h"
#include "base/threads.h"
#include "ops/linear_weight.h"
#include "ops/linear_whole.h"
#include "ops/scratch.h"
#include "ops/view.h"

namespace groel::ops::cpu {
namespace {

constexpr std::int64_t kRows = PanelProduct::kRows;
constexpr std::int64_t kGroup = 4;  // tiles of rows that take a panel one after the other, while it is in the cache

// Rows of x as products of a group take them.
std::size_t group_bytes(std::int64_t depth, DType input) {
  return static_cast<std::size_t>(kRows * depth * kGroup) * size_of(input);
}

struct Job {
  const Tensor& x;
  const CpuWeight& weight;
  const LinearOptions& options;
  Tensor& y;
};

// Rows of one tile, and how many of them x has to have.
struct Rows {
  std::int64_t begin;
  std::int64_t end;
  std::int64_t padded;
};

// x's rows as the product wants them: in place when they already are, else copied. `meaning` is that of whole numbers.
const std::byte* input_tile(const Job& job, const Rows& rows, std::byte* copy, WholeRow* meaning) {
  const CpuWeight& w = job.weight;
  if (w.rounds_to_whole()) {
    whole_rows(job.x, {rows.begin, rows.end, rows.padded, w.input, w.precision, {}}, copy, meaning);
    return copy;
  }
  const bool ready = rows.end - rows.begin == rows.padded && job.x.contiguous() && job.x.dtype() == w.input &&
                     w.split == 1 && !w.rounds_input();
  if (ready) return job.x.raw_data() + static_cast<std::size_t>(rows.begin * w.in) * size_of(w.input);
  gather_rows(job.x, {rows.begin, rows.end, rows.padded, w.input, w.precision, {w.split, BfloatSplit::Side::input}},
              copy);
  return copy;
}

Epilogue epilogue(const Job& job, std::int64_t row, std::int64_t column) {
  Epilogue e{};
  if (job.options.bias.defined()) e.bias = job.options.bias.data<float>() + column;
  if (job.options.residual.defined()) {
    e.residual = matrix<float>(job.options.residual).row(row) + column;
    e.residual_stride = job.options.residual.row_stride();
  }
  if (job.y.dtype() == DType::bf16)
    e.y_bf16 = mutable_matrix<bf16_t>(job.y).row(row) + column;
  else
    e.y = mutable_matrix<float>(job.y).row(row) + column;
  e.y_stride = job.y.row_stride();
  e.activation = job.options.activation;
  return e;
}

// A panel as the product takes it; `copy` is where a narrow one goes.
const std::byte* wide_panel(const CpuWeight& w, std::int64_t panel, std::byte* copy) {
  w.product(panel).widen(w.panel_data(panel), w.stored, copy);
  return copy;
}

// Rows of the product times the scale of each column.
void scale_columns(float* product, std::int64_t rows, std::int64_t columns, const float* scales) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) product[r * columns + c] *= scales[c];
}

// The rows of a tile as the product takes them.
struct Input {
  const std::byte* numbers;
  WholeRow meaning[kRows];  // of whole numbers
};

// `wide` is the panel as the product takes it; null: it is narrow, and read so.
void run_tile(const Job& job, const Rows& rows, std::int64_t panel, const Input& x, const std::byte* wide) {
  thread_local Scratch product_scratch;
  const CpuWeight& w = job.weight;
  const PanelProduct& product = w.product(panel);
  const std::int64_t taken = product.padded(rows.end - rows.begin);  // panels may differ in how many they take
  float* out = product_scratch.floats(static_cast<std::size_t>(taken * product.out()));
  if (wide == nullptr)
    product.run_narrow(taken, x.numbers, w.panel_data(panel), w.stored, out);
  else
    product.run(taken, x.numbers, wide, out);
  if (w.rounds_to_whole())
    value_of_whole({w.input == DType::u8 ? DType::i32 : DType::f32, rows.end - rows.begin, product.out(), x.meaning,
                    w.scales.data() + panel * kPanel, w.sums.data() + panel * kPanel},
                   out);
  else if (!w.scales.empty())
    scale_columns(out, taken, product.out(), w.scales.data() + panel * kPanel);
  Epilogue e = epilogue(job, rows.begin, panel * kPanel);
  e.product = out;
  e.product_stride = product.out();
  e.rows = rows.end - rows.begin;
  e.columns = product.out();
  const bool half = w.input == DType::bf16 || (w.rounds_to_whole() && active_isa() >= Isa::avx512_bf16);
  half&& e.y_bf16 != nullptr ? finish_tile_bf16(e) : finish_tile(e);
}

struct Range {
  std::int64_t begin;
  std::int64_t end;
};

// Tiles of rows, by a range of panels.
void run_group(const Job& job, Range tiles, Range panels) {
  thread_local Scratch copies, wide_copy;
  const std::int64_t tokens = job.x.size(0);
  const std::size_t bytes = group_bytes(job.weight.depth(), job.weight.input);
  std::byte* copy = copies.bytes(bytes);
  Rows rows[kGroup];
  Input x[kGroup];
  for (std::int64_t t = tiles.begin; t < tiles.end; ++t) {
    const std::int64_t i = t - tiles.begin;
    const std::int64_t end = std::min(tokens, (t + 1) * kRows);
    rows[i] = {t * kRows, end, job.weight.padded(end - t * kRows)};
    x[i].numbers = input_tile(job, rows[i], copy + static_cast<std::size_t>(i) * (bytes / kGroup), x[i].meaning);
  }
  const CpuWeight& w = job.weight;
  for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
    const PanelProduct& product = w.product(panel);
    const std::byte* wide = w.narrow() ? nullptr : w.panel_data(panel);
    for (std::int64_t i = 0; i < tiles.end - tiles.begin; ++i) {
      if (wide == nullptr && !product.takes_narrow(rows[i].end - rows[i].begin))
        wide = wide_panel(w, panel, wide_copy.bytes(product.packed_bytes()));
      run_tile(job, rows[i], panel, x[i], wide);
    }
  }
}

}  // namespace

LinearScratch linear_scratch(std::int64_t rows, const PackedWeight::Impl& weight) {
  const ProductNumbers numbers = numbers_of(weight.precision, weight.form);
  const std::int64_t padded = std::min(kRows, ceil_div(rows, PanelProduct::kFewRows) * PanelProduct::kFewRows);
  const ByteProducts by = byte_products();
  const bool own = numbers.type == DType::u8 && by != ByteProducts::quads_512;
  return {group_bytes(numbers.split * weight.in, numbers.type) +
              (own ? ByteProduct::scratch_bytes(padded, weight.in, by) : 0),
          static_cast<std::size_t>(padded * std::min(kPanel, weight.out)) * sizeof(float),
          numbers.stored == numbers.type
              ? 0
              : static_cast<std::size_t>(weight.in * std::min(kPanel, weight.out)) * size_of(numbers.type)};
}

void linear(const Tensor& x, const PackedWeight::Impl& weight, const LinearOptions& options, Tensor& y) {
  const auto& packed = static_cast<const CpuWeight&>(weight);
  const ProfileScope scope("linear", 2.0 * static_cast<double>(x.count()) * static_cast<double>(packed.out));
  const Job job{x, packed, options, y};
  const std::int64_t tiles = ceil_div(x.size(0), kRows);
  const std::int64_t wanted = 4 * num_threads();  // tasks
  // Many tiles: each task takes a group of them. Few: their panels become tasks of their own.
  // Narrow panels are widened once for a group: that is worth larger ones.
  const std::int64_t group = std::clamp<std::int64_t>(packed.narrow() ? tiles : tiles / wanted, 1, kGroup);
  const std::int64_t groups = ceil_div(tiles, group);
  const std::int64_t splits = std::clamp<std::int64_t>(ceil_div(wanted, groups), 1, packed.panels);
  parallel_for(groups * splits, [&](std::int64_t task) {
    const std::int64_t split = task % splits;
    const std::int64_t first = task / splits * group;
    run_group(job, {first, std::min(tiles, first + group)},
              {split * packed.panels / splits, (split + 1) * packed.panels / splits});
  });
}

}  // namespace groel::ops::cpu
