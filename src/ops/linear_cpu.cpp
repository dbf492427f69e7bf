// linear on the CPU: the product in tiles of fixed shape, each finished (bias, activation, residual) while it is hot.
//
// A tile is kRows rows by one panel of output columns, always the same whatever T and the number of threads, so that a
// row's result cannot depend on them; rows behind the end are zeros.
#include <algorithm>
#include <vector>

#include "base/cpu.h"
#include "base/threads.h"
#include "ops/linear_impl.h"
#include "ops/onednn.h"
#include "ops/scratch.h"
#include "ops/view.h"

namespace groel::ops::cpu {
namespace {

constexpr std::int64_t kRows = 64;
constexpr std::int64_t kPanel = 256;  // wide enough for peak speed, narrow enough to share a short input among threads
constexpr std::size_t kAlignment = 64;

std::size_t aligned(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

struct CpuWeight final : PackedWeight::Impl {
  std::vector<TileProduct> products;  // one for full panels, one for the last if it is narrower
  std::int64_t panels = 0;
  std::size_t panel_bytes = 0;
  std::shared_ptr<Storage> packed;
  DType input = DType::f32;

  std::size_t bytes() const override { return packed->size(); }
  const TileProduct& product(std::int64_t panel) const {
    return panel + 1 < panels ? products.front() : products.back();
  }
  std::byte* panel_data(std::int64_t panel) const {
    return packed->data() + static_cast<std::size_t>(panel) * panel_bytes;
  }
};

void pack_panel(const Tensor& weight, const CpuWeight& to, std::int64_t panel) {
  const TileShape& shape = to.product(panel).shape();
  const std::int64_t begin = panel * kPanel;
  const Tensor rows = weight.rows(begin, begin + shape.out).to(DType::f32);
  Tensor values = Tensor::empty({shape.out, shape.in}, to.input);
  gather_rows(rows, {0, shape.out, shape.out, to.input, to.precision}, values.storage()->data());
  to.product(panel).pack(values.raw_data(), to.panel_data(panel));
}

struct Job {
  const Tensor& x;
  const CpuWeight& weight;
  const LinearOptions& options;
  Tensor& y;
};

// x's rows as the product wants them: in place when they already are, else copied.
const std::byte* input_tile(const Job& job, std::int64_t begin, std::int64_t end) {
  thread_local Scratch scratch;
  const CpuWeight& w = job.weight;
  const bool ready = end - begin == kRows && job.x.contiguous() && job.x.dtype() == w.input &&
                     (w.precision == Precision::f32 || w.input == DType::bf16);
  const auto row_bytes = static_cast<std::size_t>(w.in) * size_of(w.input);
  if (ready) return job.x.raw_data() + static_cast<std::size_t>(begin) * row_bytes;
  std::byte* copy = scratch.bytes(kRows * row_bytes);
  gather_rows(job.x, {begin, end, kRows, w.input, w.precision}, copy);
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

struct Panels {
  std::int64_t begin;
  std::int64_t end;
};

void run_tile(const Job& job, std::int64_t tile, Panels panels) {
  thread_local Scratch product_scratch;
  thread_local Scratch library_scratch;
  const std::int64_t begin = tile * kRows;
  const std::int64_t end = std::min(job.y.size(0), begin + kRows);
  const std::byte* x = input_tile(job, begin, end);
  for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
    const TileProduct& product = job.weight.product(panel);
    const std::int64_t width = product.shape().out;
    float* out = product_scratch.floats(static_cast<std::size_t>(kRows * width));
    product.run(x, job.weight.panel_data(panel), out, library_scratch.bytes(product.scratch_bytes()));
    Epilogue e = epilogue(job, begin, panel * kPanel);
    e.product = out;
    e.product_stride = width;
    e.rows = end - begin;
    e.columns = width;
    finish_tile(e);
  }
}

}  // namespace

std::shared_ptr<const PackedWeight::Impl> pack(const Tensor& weight, Precision precision) {
  auto out = std::make_shared<CpuWeight>();
  out->in = weight.size(1);
  out->out = weight.size(0);
  out->precision = precision;
  out->input = precision == Precision::bf16 && active_isa() >= Isa::avx512_bf16 ? DType::bf16 : DType::f32;
  out->panels = ceil_div(out->out, kPanel);
  const std::int64_t last = out->out - (out->panels - 1) * kPanel;
  if (out->panels > 1) out->products.emplace_back(TileShape{kRows, out->in, kPanel, out->input});
  if (out->panels == 1 || last != kPanel) out->products.emplace_back(TileShape{kRows, out->in, last, out->input});
  out->panel_bytes = aligned(out->products.front().packed_bytes());
  out->packed = Storage::allocate(static_cast<std::size_t>(out->panels - 1) * out->panel_bytes +
                                  aligned(out->products.back().packed_bytes()));
  parallel_for(out->panels, [&](std::int64_t panel) { pack_panel(weight, *out, panel); });
  return out;
}

void linear(const Tensor& x, const PackedWeight::Impl& weight, const LinearOptions& options, Tensor& y) {
  const auto& packed = static_cast<const CpuWeight&>(weight);
  const Job job{x, packed, options, y};
  const std::int64_t tiles = ceil_div(x.size(0), kRows);
  // Few tiles: their panels become tasks of their own, so that every thread has some.
  const std::int64_t splits = std::clamp<std::int64_t>(ceil_div(4 * num_threads(), tiles), 1, packed.panels);
  parallel_for(tiles * splits, [&](std::int64_t task) {
    const std::int64_t split = task % splits;
    run_tile(job, task / splits, {split * packed.panels / splits, (split + 1) * packed.panels / splits});
  });
}

}  // namespace groel::ops::cpu
