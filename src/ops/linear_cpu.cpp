// linear on the CPU: the product in tiles, each finished (bias, activation, residual) while it is in the cache.
//
// A tile is some rows of x by one panel of output columns. Tiles have kRows rows, or fewer where the input ends: sizes
// whose results are the same bits, so that a row's result depends neither on T nor on the number of threads. Rows
// past the end are zeros.
#include <algorithm>
#include <cmath>
#include <vector>

#include "base/cpu.h"
#include "base/profile.h"
#include "base/threads.h"
#include "ops/linear_impl.h"
#include "ops/linear_panel.h"
#include "ops/scratch.h"
#include "ops/view.h"

namespace groel::ops::cpu {
namespace {

constexpr std::int64_t kRows = PanelProduct::kRows;
constexpr std::int64_t kPanel = 256;  // wide enough for peak speed, narrow enough to share a short input among threads
constexpr std::int64_t kGroup = 4;    // tiles of rows that take a panel one after the other, while it is in the cache
constexpr std::size_t kAlignment = 64;

std::size_t aligned(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

struct CpuWeight final : PackedWeight::Impl {
  std::vector<PanelProduct> products;  // one for full panels, one for the last if it is narrower
  std::int64_t panels = 0;
  std::size_t panel_bytes = 0;
  std::shared_ptr<Storage> packed;
  DType input = DType::f32;   // of the product
  DType stored = DType::f32;  // of the packed numbers: as `input`, or narrower
  std::vector<float> scales;  // of int8: for each output
  std::int64_t split = 1;     // bf16 products for one of f32

  std::size_t bytes() const override { return packed->size() + scales.size() * sizeof(float); }
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

// Rows of the weights as they are, one below the other.
struct Stack {
  const std::vector<Tensor>& parts;

  std::int64_t rows() const {
    std::int64_t sum = 0;
    for (const Tensor& part : parts) sum += part.size(0);
    return sum;
  }
  /// Calls body(piece, where it begins) for the pieces of rows [begin, end).
  template <class Body>
  void pieces(std::int64_t begin, std::int64_t end, const Body& body) const {
    std::int64_t first = 0;
    for (const Tensor& part : parts) {
      const std::int64_t from = std::max(begin, first);
      const std::int64_t to = std::min(end, first + part.size(0));
      if (from < to) body(part.rows(from - first, to - first), from - begin);
      first += part.size(0);
    }
  }
};

// A row's whole numbers -> its scale. Rows of zeros have the scale 0.
float round_row(float* row, std::int64_t in) {
  float largest = 0;
  for (std::int64_t i = 0; i < in; ++i) largest = std::max(largest, std::abs(row[i]));
  const float scale = largest / 127, inverse = largest > 0 ? 127 / largest : 0;
  for (std::int64_t i = 0; i < in; ++i) row[i] = std::clamp(std::nearbyint(row[i] * inverse), -127.0F, 127.0F);
  return scale;
}

// The rows of a panel as whole numbers, of the product's type.
void round_panel(const Stack& weights, CpuWeight& to, std::int64_t panel, std::byte* out) {
  thread_local Scratch scratch;
  const std::int64_t begin = panel * kPanel, columns = to.product(panel).out();
  weights.pieces(begin, begin + columns, [&](const Tensor& piece, std::int64_t row) {
    float* whole = scratch.floats(static_cast<std::size_t>(piece.size(0) * to.in));
    const Tensor values = piece.dtype() == DType::f16 ? piece.to(DType::f32) : piece;
    gather_rows(values, {0, piece.size(0), piece.size(0), DType::f32, Precision::f32, {}},
                reinterpret_cast<std::byte*>(whole));
    for (std::int64_t r = 0; r < piece.size(0); ++r)
      to.scales[static_cast<std::size_t>(begin + row + r)] = round_row(whole + r * to.in, to.in);
    const std::int64_t count = piece.size(0) * to.in;
    if (to.input == DType::bf16)
      std::transform(whole, whole + count, reinterpret_cast<bf16_t*>(out) + row * to.in,
                     [](float value) { return to_bf16(value); });
    else
      std::copy(whole, whole + count, reinterpret_cast<float*>(out) + row * to.in);
  });
}

// Numbers of a packed panel.
std::int64_t panel_numbers(const CpuWeight& weight, const PanelProduct& product) {
  return static_cast<std::int64_t>(product.packed_bytes() / size_of(weight.input));
}

void pack_panel(const Stack& weights, CpuWeight& to, std::int64_t panel) {
  thread_local Scratch scratch, wide;
  const PanelProduct& product = to.product(panel);
  const std::int64_t begin = panel * kPanel;
  const auto row_bytes = static_cast<std::size_t>(to.depth()) * size_of(to.input);
  if (to.narrow()) {
    std::byte* rows = scratch.bytes(static_cast<std::size_t>(product.out()) * row_bytes);
    if (to.form == WeightForm::int8) {
      round_panel(weights, to, panel, rows);
    } else {
      weights.pieces(begin, begin + product.out(), [&](const Tensor& piece, std::int64_t row) {
        const Tensor values = piece.dtype() == DType::f16 ? piece.to(DType::f32) : piece;
        gather_rows(values, {0, piece.size(0), piece.size(0), to.input, to.precision, {}},
                    rows + static_cast<std::size_t>(row) * row_bytes);
      });
    }
    product.pack_narrow(rows, wide.bytes(product.packed_bytes()), to.stored, to.panel_data(panel));
    return;
  }
  const std::byte* ready = nullptr;
  std::byte* copy = nullptr;
  weights.pieces(begin, begin + product.out(), [&](const Tensor& piece, std::int64_t row) {
    const bool as_wanted = piece.dtype() == to.input && piece.contiguous() && to.split == 1 && !to.rounds_input() &&
                           to.form == WeightForm::exact;
    if (as_wanted && piece.size(0) == product.out()) {
      ready = piece.raw_data();
      return;
    }
    if (copy == nullptr) copy = scratch.bytes(static_cast<std::size_t>(product.out()) * row_bytes);
    const Tensor values = piece.dtype() == DType::f16 ? piece.to(DType::f32) : piece;
    gather_rows(values,
                {0, piece.size(0), piece.size(0), to.input, to.precision, {to.split, BfloatSplit::Side::weight}},
                copy + static_cast<std::size_t>(row) * row_bytes);
  });
  product.pack(ready != nullptr ? ready : copy, to.panel_data(panel));
}

std::int64_t products_for_one(Precision precision) {
  if (!splits_products()) return 1;
  return precision == Precision::f32x3 ? 3 : precision == Precision::f32x6 ? 6 : 1;
}

// Of what type numbers of a product are, into how many they are split, and how they are kept.
struct Numbers {
  DType type;
  std::int64_t split;
  DType stored;
};
Numbers numbers_of(Precision precision, WeightForm form) {
  const std::int64_t split = form == WeightForm::int8 ? 1 : products_for_one(precision);
  const bool bf16 = split > 1 || (precision == Precision::bf16 && active_isa() >= Isa::avx512_bf16);
  const DType type = bf16 ? DType::bf16 : DType::f32;
  return {type, split, form == WeightForm::int8 ? DType::i8 : precision == Precision::bf16 ? DType::bf16 : type};
}

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

// x's rows as the product wants them: in place when they already are, else copied.
const std::byte* input_tile(const Job& job, const Rows& rows, std::byte* copy) {
  const CpuWeight& w = job.weight;
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

// `wide` is the panel as the product takes it; null: it is narrow, and read so.
void run_tile(const Job& job, const Rows& rows, std::int64_t panel, const std::byte* x, const std::byte* wide) {
  thread_local Scratch product_scratch;
  const CpuWeight& w = job.weight;
  const PanelProduct& product = w.product(panel);
  const std::int64_t taken = product.padded(rows.end - rows.begin);  // panels may differ in how many they take
  float* out = product_scratch.floats(static_cast<std::size_t>(taken * product.out()));
  if (wide == nullptr)
    product.run_narrow(taken, x, w.panel_data(panel), w.stored, out);
  else
    product.run(taken, x, wide, out);
  if (!w.scales.empty()) scale_columns(out, taken, product.out(), w.scales.data() + panel * kPanel);
  Epilogue e = epilogue(job, rows.begin, panel * kPanel);
  e.product = out;
  e.product_stride = product.out();
  e.rows = rows.end - rows.begin;
  e.columns = product.out();
  w.input == DType::bf16&& e.y_bf16 != nullptr ? finish_tile_bf16(e) : finish_tile(e);
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
  const std::byte* x[kGroup];
  for (std::int64_t t = tiles.begin; t < tiles.end; ++t) {
    const std::int64_t i = t - tiles.begin;
    const std::int64_t end = std::min(tokens, (t + 1) * kRows);
    rows[i] = {t * kRows, end, job.weight.padded(end - t * kRows)};
    x[i] = input_tile(job, rows[i], copy + static_cast<std::size_t>(i) * (bytes / kGroup));
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

namespace {

// Its panels, with nothing in them yet.
std::shared_ptr<CpuWeight> make_weight(std::int64_t in, std::int64_t columns, Precision precision, WeightForm form) {
  auto out = std::make_shared<CpuWeight>();
  const Numbers numbers = numbers_of(precision, form);
  out->in = in;
  out->out = columns;
  out->precision = precision;
  out->form = form;
  out->input = numbers.type;
  out->stored = numbers.stored;
  if (form == WeightForm::int8) out->scales.resize(static_cast<std::size_t>(columns));
  out->split = numbers.split;
  out->panels = ceil_div(out->out, kPanel);
  const std::int64_t last = out->out - (out->panels - 1) * kPanel;
  if (out->panels > 1) out->products.emplace_back(out->depth(), kPanel, out->input);
  if (out->panels == 1 || last != kPanel) out->products.emplace_back(out->depth(), last, out->input);
  const auto bytes_of = [&](const PanelProduct& product) {
    return aligned(static_cast<std::size_t>(panel_numbers(*out, product)) * size_of(out->stored));
  };
  out->panel_bytes = bytes_of(out->products.front());
  out->packed = Storage::allocate_lasting(static_cast<std::size_t>(out->panels - 1) * out->panel_bytes +
                                          bytes_of(out->products.back()));
  return out;
}

}  // namespace

std::shared_ptr<const PackedWeight::Impl> pack(const std::vector<Tensor>& weights, Precision precision,
                                               WeightForm form) {
  const Stack stack{weights};
  const auto out = make_weight(weights.front().size(1), stack.rows(), precision, form);
  parallel_for(out->panels, [&](std::int64_t panel) { pack_panel(stack, *out, panel); });
  return out;
}

std::shared_ptr<const PackedWeight::Impl> pack_transposed(const Tensor& weight) {
  const auto out = make_weight(weight.size(0), weight.size(1), Precision::f32, WeightForm::exact);
  parallel_for(out->panels, [&](std::int64_t panel) {
    const float* columns = weight.data<float>() + panel * kPanel;
    out->product(panel).pack_transposed(columns, weight.size(1), out->panel_data(panel));
  });
  return out;
}

std::size_t packed_bytes(std::int64_t in, std::int64_t out, Precision precision, WeightForm form) {
  const Numbers numbers = numbers_of(precision, form);
  const auto scales = form == WeightForm::int8 ? static_cast<std::size_t>(out) * sizeof(float) : 0;
  return static_cast<std::size_t>(numbers.split * in * out) * size_of(numbers.stored) + scales;
}

LinearScratch linear_scratch(std::int64_t rows, const PackedWeight::Impl& weight) {
  const Numbers numbers = numbers_of(weight.precision, weight.form);
  const std::int64_t padded = std::min(kRows, ceil_div(rows, PanelProduct::kFewRows) * PanelProduct::kFewRows);
  return {group_bytes(numbers.split * weight.in, numbers.type),
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
