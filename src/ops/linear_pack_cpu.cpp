// Packs weights for linear on the CPU.
#include <algorithm>
#include <numeric>
#include <vector>

#include "base/cpu.h"
#include "base/threads.h"
#include "ops/linear_weight.h"
#include "ops/linear_whole.h"
#include "ops/scratch.h"
#include "ops/view.h"

namespace groel::ops::cpu {
namespace {

constexpr std::size_t kAlignment = 64;

std::size_t aligned(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// Rows of the weights as they are, one below the other.
struct Stack {
  const std::vector<Tensor>& parts;
  const std::vector<Tensor>& scales;  // of parts in i8; else empty

  std::int64_t rows() const {
    std::int64_t sum = 0;
    for (const Tensor& part : parts) sum += part.size(0);
    return sum;
  }
  /// Calls body(piece, where it begins) for the pieces of rows [begin, end).
  template <class Body>
  void pieces(std::int64_t begin, std::int64_t end, const Body& body) const {
    each(begin, end, [&](std::size_t part, std::int64_t from, std::int64_t to, std::int64_t at) {
      body(parts[part].rows(from, to), at);
    });
  }
  /// Rows [begin, end) as whole numbers [end - begin, in], and their scales.
  void whole_rows(std::int64_t begin, std::int64_t end, std::int64_t in, std::int8_t* numbers, float* of_rows) const {
    thread_local Scratch scratch;
    each(begin, end, [&](std::size_t part, std::int64_t from, std::int64_t to, std::int64_t at) {
      const Tensor piece = parts[part].rows(from, to);
      if (piece.dtype() == DType::i8) {
        for (std::int64_t r = 0; r < piece.size(0); ++r)
          std::copy_n(piece.data<std::int8_t>() + r * piece.row_stride(), in, numbers + (at + r) * in);
        std::copy_n(scales[part].data<float>() + from, to - from, of_rows + at);
        return;
      }
      float* values = scratch.floats(static_cast<std::size_t>(piece.size(0) * in));
      gather_rows(piece.dtype() == DType::f16 ? piece.to(DType::f32) : piece,
                  {0, piece.size(0), piece.size(0), DType::f32, Precision::f32, {}},
                  reinterpret_cast<std::byte*>(values));
      for (std::int64_t r = 0; r < piece.size(0); ++r)
        of_rows[at + r] = to_whole_row(values + r * in, in, numbers + (at + r) * in);
    });
  }

 private:
  // body(part, its rows from, to, where they begin)
  template <class Body>
  void each(std::int64_t begin, std::int64_t end, const Body& body) const {
    std::int64_t first = 0;
    for (std::size_t part = 0; part < parts.size(); ++part) {
      const std::int64_t from = std::max(begin, first);
      const std::int64_t to = std::min(end, first + parts[part].size(0));
      if (from < to) body(part, from - first, to - first, from - begin);
      first += parts[part].size(0);
    }
  }
};

// The rows of a panel as whole numbers, of the product's type, with their scales and sums.
void round_panel(const Stack& weights, CpuWeight& to, std::int64_t panel, std::byte* out) {
  thread_local Scratch scratch;
  const std::int64_t begin = panel * kPanel, columns = to.product(panel).out();
  auto* const whole = to.input == DType::u8
                          ? reinterpret_cast<std::int8_t*>(out)
                          : reinterpret_cast<std::int8_t*>(scratch.bytes(static_cast<std::size_t>(columns * to.in)));
  weights.whole_rows(begin, begin + columns, to.in, whole, to.scales.data() + begin);
  if (to.rounds_to_whole())
    for (std::int64_t c = 0; c < columns; ++c) {
      const std::int64_t sum = std::accumulate(whole + c * to.in, whole + (c + 1) * to.in, std::int64_t{0});
      const auto at = static_cast<std::size_t>(begin + c);
      to.sums[at] = static_cast<float>(static_cast<double>(sum) * to.scales[at]);
    }
  if (to.input == DType::bf16)
    std::transform(whole, whole + columns * to.in, reinterpret_cast<bf16_t*>(out),
                   [](std::int8_t number) { return to_bf16(number); });
  else if (to.input == DType::f32)
    std::copy(whole, whole + columns * to.in, reinterpret_cast<float*>(out));
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
  if (to.input == DType::u8) {
    std::byte* rows = scratch.bytes(static_cast<std::size_t>(product.out()) * row_bytes);
    round_panel(weights, to, panel, rows);
    product.pack(rows, to.panel_data(panel));
    return;
  }
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

// Its panels, with nothing in them yet.
std::shared_ptr<CpuWeight> make_weight(std::int64_t in, std::int64_t columns, Precision precision, WeightForm form) {
  auto out = std::make_shared<CpuWeight>();
  const ProductNumbers numbers = numbers_of(precision, form);
  out->in = in;
  out->out = columns;
  out->precision = precision;
  out->form = form;
  out->input = numbers.type;
  out->stored = numbers.stored;
  if (form == WeightForm::int8) out->scales.resize(static_cast<std::size_t>(columns));
  if (out->rounds_to_whole()) out->sums.resize(static_cast<std::size_t>(columns));
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

ProductNumbers numbers_of(Precision precision, WeightForm form) {
  if (precision == Precision::int8 && byte_products() != ByteProducts::none) return {DType::u8, 1, DType::u8};
  const std::int64_t split = form == WeightForm::int8 ? 1 : products_for_one(precision);
  const bool bf16 = split > 1 || (precision == Precision::bf16 && active_isa() >= Isa::avx512_bf16);
  const DType type = bf16 ? DType::bf16 : DType::f32;
  return {type, split, form == WeightForm::int8 ? DType::i8 : precision == Precision::bf16 ? DType::bf16 : type};
}

std::shared_ptr<const PackedWeight::Impl> pack(const std::vector<Tensor>& weights, const std::vector<Tensor>& scales,
                                               Precision precision, WeightForm form) {
  const Stack stack{weights, scales};
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
  const ProductNumbers numbers = numbers_of(precision, form);
  const std::int64_t scales = form == WeightForm::exact ? 0 : precision == Precision::int8 ? 2 * out : out;
  return static_cast<std::size_t>(numbers.split * in * out) * size_of(numbers.stored) +
         static_cast<std::size_t>(scales) * sizeof(float);
}

}  // namespace groel::ops::cpu
