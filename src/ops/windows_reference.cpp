// Windows written exactly as their definition, for tests.
#include "ops/view.h"
#include "ops/windows.h"

namespace groel::ops::reference {
namespace {

// body(row, tap, row that the tap sees) for all that lie in the row's sequence.
template <class Body>
void for_taps(const Windows& windows, const Body& body) {
  const auto bounds = windows.bounds.values<std::int32_t>();
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    for (std::int64_t row = bounds[b]; row < bounds[b + 1]; ++row)
      for (std::int64_t tap = 0; tap < windows.kernel; ++tap) {
        const std::int64_t seen = row + tap - windows.kernel / 2;
        if (row < windows.begin || row >= windows.end || seen < bounds[b] || seen >= bounds[b + 1]) continue;
        body(row - windows.begin, tap, seen);
      }
}

}  // namespace

Tensor gather_windows(const Tensor& x, const Windows& windows) {
  Tensor y = Tensor::zeros({windows.end - windows.begin, windows.kernel * x.size(1)});
  for_taps(windows, [&](std::int64_t row, std::int64_t tap, std::int64_t seen) {
    for (std::int64_t i = 0; i < x.size(1); ++i)
      mutable_matrix<float>(y).row(row)[tap * x.size(1) + i] = matrix<float>(x).row(seen)[i];
  });
  return y;
}

void add_windows(const Tensor& dy, const Windows& windows, Tensor& dx) {
  for_taps(windows, [&](std::int64_t row, std::int64_t tap, std::int64_t seen) {
    for (std::int64_t i = 0; i < dx.size(1); ++i)
      mutable_matrix<float>(dx).row(seen)[i] += matrix<float>(dy).row(row)[tap * dx.size(1) + i];
  });
}

}  // namespace groel::ops::reference
