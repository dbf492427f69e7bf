// Chunks of grids of pairs.
#include "nn/folding/pairs.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/linear_grad.h"

namespace groel::nn::folding {
namespace {

thread_local std::int64_t most_numbers = ChunkLimit::kUsual;

}  // namespace

ChunkLimit::ChunkLimit(std::int64_t numbers) : before_(most_numbers) { most_numbers = numbers; }
ChunkLimit::~ChunkLimit() { most_numbers = before_; }

std::int64_t Pairs::tokens() const {
  const auto n = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(z.size(0)))));
  GROEL_REQUIRE(n * n == z.size(0));
  return n;
}

void for_rows(std::int64_t rows, std::int64_t numbers, const std::function<void(std::int64_t, std::int64_t)>& body) {
  const std::int64_t step = std::max<std::int64_t>(1, most_numbers / std::max<std::int64_t>(1, numbers));
  for (std::int64_t begin = 0; begin < rows; begin += step) body(begin, std::min(rows, begin + step));
}

void for_grid_rows(std::int64_t n, std::int64_t width, const std::function<void(const GridRows&)>& body) {
  for_rows(n, n * width, [&](std::int64_t begin, std::int64_t end) { body({n, begin, end}); });
}

Tensor planes_of(std::int64_t n, std::int64_t heads, Device device, const std::function<Tensor(const GridRows&)>& rows,
                 std::int64_t width) {
  Tensor planes = Tensor::empty({heads, n * n}, DType::f32, device);
  for_grid_rows(n, width, [&](const GridRows& grid) {
    planes.columns(grid.first(), grid.last()).copy_from(ops::transpose(rows(grid)));
  });
  return planes;
}

Tensor transposed_mask(const Tensor& mask, std::int64_t n) {
  return mask.defined() ? ops::transpose(mask.reshape({n, n})).reshape({n * n}) : Tensor();
}

}  // namespace groel::nn::folding
