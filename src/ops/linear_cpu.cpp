// linear on the CPU: the product in tiles, each finished (bias, activation, residual) while it is in the cache.
//
// A tile is some rows of x by one panel of output columns. Tiles have kRows rows, or fewer where the input ends: sizes
// whose results are the same bits, so that a row's result depends neither on T nor on the number of threads. Rows
// past the end are zeros.
#include <algorithm>
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
  DType input = DType::f32;
  std::int64_t split = 1;  // bf16 products for one of f32

  std::size_t bytes() const override { return packed->size(); }
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

void pack_panel(const Stack& weights, const CpuWeight& to, std::int64_t panel) {
  thread_local Scratch scratch;
  const PanelProduct& product = to.product(panel);
  const std::int64_t begin = panel * kPanel;
  const auto row_bytes = static_cast<std::size_t>(to.depth()) * size_of(to.input);
  const std::byte* ready = nullptr;
  std::byte* copy = nullptr;
  weights.pieces(begin, begin + product.out(), [&](const Tensor& piece, std::int64_t row) {
    const bool as_wanted = piece.dtype() == to.input && piece.contiguous() && to.split == 1 &&
                           (to.precision != Precision::bf16 || to.input == DType::bf16);
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

// Of what type, and into how many, numbers of a product are split.
struct Numbers {
  DType type;
  std::int64_t split;
};
Numbers numbers_of(Precision precision) {
  const std::int64_t split = products_for_one(precision);
  const bool bf16 = split > 1 || (precision == Precision::bf16 && active_isa() >= Isa::avx512_bf16);
  return {bf16 ? DType::bf16 : DType::f32, split};
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
                     w.split == 1 && (w.precision != Precision::bf16 || w.input == DType::bf16);
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

void run_tile(const Job& job, const Rows& rows, std::int64_t panel, const std::byte* x) {
  thread_local Scratch product_scratch;
  const PanelProduct& product = job.weight.product(panel);
  const std::int64_t taken = product.padded(rows.end - rows.begin);  // panels may differ in how many they take
  float* out = product_scratch.floats(static_cast<std::size_t>(taken * product.out()));
  product.run(taken, x, job.weight.panel_data(panel), out);
  Epilogue e = epilogue(job, rows.begin, panel * kPanel);
  e.product = out;
  e.product_stride = product.out();
  e.rows = rows.end - rows.begin;
  e.columns = product.out();
  job.weight.input == DType::bf16&& e.y_bf16 != nullptr ? finish_tile_bf16(e) : finish_tile(e);
}

struct Range {
  std::int64_t begin;
  std::int64_t end;
};

// Tiles of rows, by a range of panels.
void run_group(const Job& job, Range tiles, Range panels) {
  thread_local Scratch copies;
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
  for (std::int64_t panel = panels.begin; panel < panels.end; ++panel)
    for (std::int64_t i = 0; i < tiles.end - tiles.begin; ++i) run_tile(job, rows[i], panel, x[i]);
}

}  // namespace

namespace {

// Its panels, with nothing in them yet.
std::shared_ptr<CpuWeight> make_weight(std::int64_t in, std::int64_t columns, Precision precision) {
  auto out = std::make_shared<CpuWeight>();
  const Numbers numbers = numbers_of(precision);
  out->in = in;
  out->out = columns;
  out->precision = precision;
  out->input = numbers.type;
  out->split = numbers.split;
  out->panels = ceil_div(out->out, kPanel);
  const std::int64_t last = out->out - (out->panels - 1) * kPanel;
  if (out->panels > 1) out->products.emplace_back(out->depth(), kPanel, out->input);
  if (out->panels == 1 || last != kPanel) out->products.emplace_back(out->depth(), last, out->input);
  out->panel_bytes = aligned(out->products.front().packed_bytes());
  out->packed = Storage::allocate_lasting(static_cast<std::size_t>(out->panels - 1) * out->panel_bytes +
                                          aligned(out->products.back().packed_bytes()));
  return out;
}

}  // namespace

std::shared_ptr<const PackedWeight::Impl> pack(const std::vector<Tensor>& weights, Precision precision) {
  const Stack stack{weights};
  const auto out = make_weight(weights.front().size(1), stack.rows(), precision);
  parallel_for(out->panels, [&](std::int64_t panel) { pack_panel(stack, *out, panel); });
  return out;
}

std::shared_ptr<const PackedWeight::Impl> pack_transposed(const Tensor& weight) {
  const auto out = make_weight(weight.size(0), weight.size(1), Precision::f32);
  parallel_for(out->panels, [&](std::int64_t panel) {
    const float* columns = weight.data<float>() + panel * kPanel;
    out->product(panel).pack_transposed(columns, weight.size(1), out->panel_data(panel));
  });
  return out;
}

std::size_t packed_bytes(std::int64_t in, std::int64_t out, Precision precision) {
  const Numbers numbers = numbers_of(precision);
  return static_cast<std::size_t>(numbers.split * in * out) * size_of(numbers.type);
}

LinearScratch linear_scratch(std::int64_t rows, const PackedWeight::Impl& weight) {
  const Numbers numbers = numbers_of(weight.precision);
  const std::int64_t padded = std::min(kRows, ceil_div(rows, PanelProduct::kFewRows) * PanelProduct::kFewRows);
  return {group_bytes(numbers.split * weight.in, numbers.type),
          static_cast<std::size_t>(padded * std::min(kPanel, weight.out)) * sizeof(float)};
}

void linear(const Tensor& x, const PackedWeight::Impl& weight, const LinearOptions& options, Tensor& y) {
  const auto& packed = static_cast<const CpuWeight&>(weight);
  const ProfileScope scope("linear", 2.0 * static_cast<double>(x.count()) * static_cast<double>(packed.out));
  const Job job{x, packed, options, y};
  const std::int64_t tiles = ceil_div(x.size(0), kRows);
  const std::int64_t wanted = 4 * num_threads();  // tasks
  // Many tiles: each task takes a group of them. Few: their panels become tasks of their own.
  const std::int64_t group = std::clamp<std::int64_t>(tiles / wanted, 1, kGroup);
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
