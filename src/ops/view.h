// Rows of a 2-D tensor as typed pointers: what kernels and references work on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/error.h"
#include "tensor/tensor.h"

namespace groel::ops {

/// A row-major matrix whose rows are `stride` elements apart.
template <class T>
struct Matrix {
  T* data;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t stride;
  T* row(std::int64_t i) const { return data + i * stride; }
};

template <class T>
Matrix<const T> matrix(const Tensor& x) {
  GROEL_REQUIRE(x.rank() == 2);
  return {x.data<T>(), x.size(0), x.size(1), x.row_stride()};
}

template <class T>
Matrix<T> mutable_matrix(Tensor& x) {
  GROEL_REQUIRE(x.rank() == 2);
  return {x.mutable_data<T>(), x.size(0), x.size(1), x.row_stride()};
}

/// Checks an optional vector of `width` f32 values.
inline void check_vector(const Tensor& x, std::int64_t width) {
  if (x.defined()) GROEL_REQUIRE(x.rank() == 1 && x.size(0) == width && x.dtype() == DType::f32);
}

/// Pointer to the `width` f32 values of an optional vector, or nullptr when it is undefined.
inline const float* optional_vector(const Tensor& x, std::int64_t width) {
  if (!x.defined()) return nullptr;
  GROEL_REQUIRE(x.rank() == 1 && x.size(0) == width);
  return x.data<float>();
}

/// The values of cu_seqlens [B+1] i32, checked: they rise from 0 to `tokens`.
inline std::span<const std::int32_t> sequence_bounds(const Tensor& cu_seqlens, std::int64_t tokens) {
  const auto bounds = cu_seqlens.values<std::int32_t>();
  GROEL_REQUIRE(cu_seqlens.rank() == 1 && !bounds.empty() && bounds.front() == 0 && bounds.back() == tokens);
  GROEL_REQUIRE(std::is_sorted(bounds.begin(), bounds.end()));
  return bounds;
}

/// Rows that one task of a parallel loop takes so that it touches about `elements` of a matrix of `width`.
inline std::int64_t rows_a_task(std::int64_t width, std::int64_t elements = 1 << 14) {
  return width >= elements ? 1 : elements / (width > 0 ? width : 1);
}

inline std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace groel::ops
