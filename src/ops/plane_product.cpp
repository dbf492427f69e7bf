// A plane is packed once; tiles of the other's rows are copied and multiplied, the last ones first, so that the result
// may take their place.
#include "ops/plane_product.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "ops/scratch.h"
#include "ops/view.h"

namespace groel::ops::cpu {
namespace {

constexpr std::int64_t kRows = 64;
constexpr std::int64_t kWhole = 768;  // as many columns are one panel, whose products are written where they belong
constexpr std::int64_t kPanel = 256;
constexpr std::size_t kLine = 64;

std::size_t lines(std::size_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }
std::int64_t panel_width(std::int64_t n) { return n <= kWhole ? n : kPanel; }

/// What a thread keeps.
struct Kept {
  Scratch packed, rows, sums, work;
};
Kept& kept() {
  thread_local Kept instance;
  return instance;
}

}  // namespace

PlaneProduct::PlaneProduct(std::int64_t n, DType input) : n_(n), input_(input) {
  for (std::int64_t begin = 0; begin < n; begin += panel_width(n)) {
    const std::int64_t width = std::min(panel_width(n), n - begin);
    TileProduct whole({std::min(kRows, n), n, width, input});
    const std::int64_t rest = n % whole.shape().rows;
    TileProduct last = rest == 0 ? TileProduct(whole.shape()) : TileProduct({rest, n, width, input}, whole);
    panels_.push_back({begin, std::move(whole), std::move(last)});
  }
}

std::size_t PlaneProduct::bytes(std::int64_t n, DType input) {
  const std::int64_t padded = ceil_div(n, kRows) * kRows;
  const std::int64_t sums = panel_width(n) == n ? 0 : kRows * kPanel;
  return static_cast<std::size_t>((padded + kRows) * n) * size_of(input) +
         static_cast<std::size_t>(sums) * sizeof(float);
}

// Panels one after the other; -> the most room that one takes.
std::size_t PlaneProduct::pack(const std::byte* b) const {
  const std::size_t row = static_cast<std::size_t>(n_) * size_of(input_);
  std::size_t most = 0;
  for (const Panel& panel : panels_) most = std::max(most, lines(panel.whole.packed_bytes()));
  std::byte* to = kept().packed.bytes(most * panels_.size());
  for (const Panel& panel : panels_) {
    panel.whole.pack(b + static_cast<std::size_t>(panel.begin) * row, to);
    to += most;
  }
  return most;
}

void PlaneProduct::run(const std::byte* a, const std::byte* b, float* y) const {
  const std::size_t step = pack(b);
  const std::size_t row = static_cast<std::size_t>(n_) * size_of(input_);
  const std::int64_t high = panels_.front().whole.shape().rows;
  std::byte* const copy = kept().rows.bytes(static_cast<std::size_t>(high) * row);
  for (std::int64_t begin = (n_ - 1) / high * high; begin >= 0; begin -= high) {
    const std::int64_t count = std::min(high, n_ - begin);
    std::memcpy(copy, a + static_cast<std::size_t>(begin) * row, static_cast<std::size_t>(count) * row);
    const std::byte* packed = kept().packed.bytes(step * panels_.size());
    for (const Panel& panel : panels_) {
      const TileProduct& product = count == high ? panel.whole : panel.rest;
      const std::int64_t width = product.shape().out;
      std::byte* work = kept().work.bytes(std::max<std::size_t>(kLine, product.scratch_bytes()));
      float* const to = y + begin * n_ + panel.begin;
      float* const sums = panels_.size() == 1 ? to : kept().sums.floats(static_cast<std::size_t>(high * width));
      product.run(copy, packed, sums, work);
      for (std::int64_t r = 0; sums != to && r < count; ++r) std::copy_n(sums + r * width, width, to + r * n_);
      packed += step;
    }
  }
}

}  // namespace groel::ops::cpu
