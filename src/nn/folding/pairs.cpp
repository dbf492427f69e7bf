// Divides grids of pairs into chunks of rows.
#include "nn/folding/pairs.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/threads.h"
#include "base/work.h"
#include "ops/attention.h"
#include "ops/linear_grad.h"
#include "tensor/shape_run.h"

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

namespace {

constexpr std::int64_t kCached = std::int64_t{1} << 17;  // numbers of a call: half a megabyte

std::int64_t rows_a_call(std::int64_t rows, const RowShare& share) {
  const std::int64_t threads = num_threads(), numbers = std::max<std::int64_t>(1, share.numbers);
  const std::int64_t fitting = std::max(share.least, kCached / numbers);
  const std::int64_t most = std::min({fitting, most_numbers / threads / numbers, rows / threads});
  return std::max<std::int64_t>(1, most > share.least ? most / share.least * share.least : most);
}

// What one call holds, and its operators keep, on each thread.
void count_call(const std::function<void()>& call) {
  ShapePool* const all = ShapeRun::pool();
  if (all == nullptr) return call();
  const auto own = std::make_shared<ShapePool>();
  ThreadPool one(1);
  WorkContext context = work_context();
  context.threads = &one;
  {
    const ShapeRun run(*own);
    const WorkScope scope(context);
    call();
  }
  all->keep("rows shared among threads", own->held(), static_cast<std::size_t>(num_threads()));
}

}  // namespace

void share_rows(std::int64_t rows, const RowShare& share, const std::function<void(std::int64_t, std::int64_t)>& body) {
  if (rows == 0) return;
  const std::int64_t step = rows_a_call(rows, share);
  if (share.device == Device::shape) return count_call([&] { body(0, std::min(rows, step)); });
  parallel_for((rows + step - 1) / step,
               [&](std::int64_t call) { body(call * step, std::min(rows, (call + 1) * step)); });
}

Tensor planes_of(std::int64_t n, std::int64_t heads, Device device, const std::function<Tensor(const GridRows&)>& rows,
                 std::int64_t width) {
  const Tensor planes = Tensor::empty({heads, n * n}, DType::f32, device);
  share_rows(n, {n * width, device, 1}, [&](std::int64_t begin, std::int64_t end) {
    const GridRows grid{n, begin, end};
    Tensor(planes.columns(grid.first(), grid.last())).copy_from(ops::transpose(rows(grid)));
  });
  return planes;
}

Tensor shared_planes_of(std::int64_t n, std::int64_t heads, const RowShare& share,
                        const std::function<Tensor(std::int64_t begin, std::int64_t end)>& rows) {
  const Tensor planes = Tensor::empty({heads, n * n + ops::kBiasMargin}, DType::f32, share.device).columns(0, n * n);
  share_rows(n * n, share, [&](std::int64_t begin, std::int64_t end) {
    planes.columns(begin, end).copy_from(ops::transpose(rows(begin, end)));
  });
  return planes;
}

Tensor transposed_mask(const Tensor& mask, std::int64_t n) {
  return mask.defined() ? ops::transpose(mask.reshape({n, n})).reshape({n * n}) : Tensor();
}

}  // namespace groel::nn::folding
