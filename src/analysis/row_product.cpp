// The product of a sparse row and a matrix, compiled for every instruction set and chosen when the program runs.
#include "analysis/row_product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "analysis/row_product.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/simd_dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace groel::analysis::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, kRowStep>;

// Two vectors of `out` at a time, in registers over all entries.
void pair_of_vectors(const SparseRow& row, const double* matrix, std::int64_t stride, double* out) {
  const Tag tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  auto low = hn::LoadU(tag, out);
  auto high = hn::LoadU(tag, out + lanes);
  for (std::int64_t entry = 0; entry < row.entries; ++entry) {
    const double* from = matrix + row.columns[entry] * stride;
    const auto value = hn::Set(tag, row.values[entry]);
    low = hn::MulAdd(value, hn::LoadU(tag, from), low);
    high = hn::MulAdd(value, hn::LoadU(tag, from + lanes), high);
  }
  hn::StoreU(low, tag, out);
  hn::StoreU(high, tag, out + lanes);
}

void one_vector(const SparseRow& row, const double* matrix, std::int64_t stride, double* out) {
  const Tag tag;
  auto sum = hn::LoadU(tag, out);
  for (std::int64_t entry = 0; entry < row.entries; ++entry)
    sum = hn::MulAdd(hn::Set(tag, row.values[entry]), hn::LoadU(tag, matrix + row.columns[entry] * stride), sum);
  hn::StoreU(sum, tag, out);
}

void add_product(const SparseRow& row, const double* matrix, std::int64_t stride, double* out) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(Tag()));
  std::int64_t at = 0;
  for (; at + 2 * lanes <= stride; at += 2 * lanes) pair_of_vectors(row, matrix + at, stride, out + at);
  for (; at < stride; at += lanes) one_vector(row, matrix + at, stride, out + at);
}

}  // namespace
}  // namespace groel::analysis::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::analysis {
GROEL_EXPORT(add_product);

void add_sparse_product(const SparseRow& row, const double* matrix, std::int64_t stride, double* out) noexcept {
  GROEL_DISPATCH(add_product)(row, matrix, stride, out);
}

}  // namespace groel::analysis
#endif
