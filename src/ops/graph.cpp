// Sums over neighbours and pairs of rows on the CPU.
#include "ops/graph.h"

#include <cmath>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

constexpr std::int64_t kColumns = 64;  // of a task that adds to rows which pairs share

void check_rows(const Tensor& rows, std::int64_t count) {
  GROEL_REQUIRE(rows.rank() == 1);
  for (const std::int32_t row : rows.values<std::int32_t>()) GROEL_REQUIRE(row >= 0 && row < count);
}

void check_pairs(const Tensor& x, const PairRows& pairs) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32 && x.contiguous());
  GROEL_REQUIRE(pairs.first.shape() == pairs.second.shape());
  check_rows(pairs.first, x.size(0));
  check_rows(pairs.second, x.size(0));
}

Shape shape_of(const Tensor& x, const PairRows& pairs) {
  const std::int64_t parts = pairs.form == PairForm::product ? 1 : pairs.form == PairForm::all ? 3 : 4;
  return {pairs.first.size(0), parts * x.size(1)};
}

// Where the columns of q alone begin: those of p + q are of both.
std::int64_t second_part(PairForm form, std::int64_t width) { return form == PairForm::ordered ? width : 0; }

float sign(float difference) { return difference > 0 ? 1.0F : difference < 0 ? -1.0F : 0.0F; }

}  // namespace

Tensor neighbour_sum(const Tensor& x, const Neighbours& links) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32 && x.contiguous());
  GROEL_REQUIRE(links.bounds.size(0) == x.size(0) + 1);
  sequence_bounds(links.bounds, links.nodes.size(0));
  check_rows(links.nodes, x.size(0));
  Tensor y = Tensor::empty(x.shape(), DType::f32, x.device());
  backend(x).neighbour_sum(x, links, y);
  return y;
}

Tensor join_pairs(const Tensor& x, const PairRows& pairs) {
  check_pairs(x, pairs);
  Tensor y = Tensor::empty(shape_of(x, pairs), DType::f32, x.device());
  backend(x).join_pairs(x, pairs, y);
  return y;
}

Tensor join_pairs_grad(const Tensor& x, const PairRows& pairs, const Tensor& dy) {
  check_pairs(x, pairs);
  GROEL_REQUIRE(dy.dtype() == DType::f32 && dy.contiguous() && dy.shape() == shape_of(x, pairs));
  Tensor dx = Tensor::zeros(x.shape(), DType::f32, x.device());
  backend(x).join_pairs_grad(x, pairs, dy, dx);
  return dx;
}

namespace cpu {

void neighbour_sum(const Tensor& x, const Neighbours& links, Tensor& y) {
  const ProfileScope scope("neighbour_sum");
  const std::int64_t width = x.size(1), rows = rows_a_task(width);
  const auto bounds = links.bounds.values<std::int32_t>();
  const std::int32_t* const nodes = links.nodes.data<std::int32_t>();
  const float* const from = x.data<float>();
  float* const out = y.mutable_data<float>();
  parallel_for(ceil_div(x.size(0), rows), [&](std::int64_t task) {
    for (std::int64_t p = task * rows; p < std::min(x.size(0), (task + 1) * rows); ++p) {
      float* const to = std::copy_n(from + p * width, width, out + p * width) - width;
      for (std::int32_t at = bounds[static_cast<std::size_t>(p)]; at < bounds[static_cast<std::size_t>(p) + 1]; ++at) {
        const float* const other = from + nodes[at] * width;
        for (std::int64_t i = 0; i < width; ++i) to[i] += other[i];
      }
    }
  });
}

void join_pairs(const Tensor& x, const PairRows& pairs, Tensor& y) {
  const ProfileScope scope("join_pairs");
  const std::int64_t width = x.size(1), count = y.size(0), rows = rows_a_task(y.size(1));
  const std::int32_t* const first = pairs.first.data<std::int32_t>();
  const std::int32_t* const second = pairs.second.data<std::int32_t>();
  const float* const from = x.data<float>();
  float* const out = y.mutable_data<float>();
  parallel_for(ceil_div(count, rows), [&](std::int64_t task) {
    for (std::int64_t n = task * rows; n < std::min(count, (task + 1) * rows); ++n) {
      const float *p = from + first[n] * width, *q = from + second[n] * width;
      float* to = out + n * y.size(1);
      if (pairs.form == PairForm::ordered) {
        std::copy_n(p, width, to);
        to = std::copy_n(q, width, to + width);
      }
      if (pairs.form == PairForm::all) {
        for (std::int64_t i = 0; i < width; ++i) to[i] = p[i] + q[i];
        to += width;
      }
      if (pairs.form != PairForm::product) {
        for (std::int64_t i = 0; i < width; ++i) to[i] = std::abs(p[i] - q[i]);
        to += width;
      }
      for (std::int64_t i = 0; i < width; ++i) to[i] = p[i] * q[i];
    }
  });
}

void join_pairs_grad(const Tensor& x, const PairRows& pairs, const Tensor& dy, Tensor& dx) {
  const ProfileScope scope("join_pairs_grad");
  const std::int64_t width = x.size(1), count = dy.size(0);
  const std::int32_t* const first = pairs.first.data<std::int32_t>();
  const std::int32_t* const second = pairs.second.data<std::int32_t>();
  const float *const from = x.data<float>(), *const slopes = dy.data<float>();
  float* const out = dx.mutable_data<float>();
  parallel_for(ceil_div(width, kColumns), [&](std::int64_t task) {
    const std::int64_t begin = task * kColumns, end = std::min(width, begin + kColumns);
    for (std::int64_t n = 0; n < count; ++n) {
      const float *p = from + first[n] * width, *q = from + second[n] * width, *slope = slopes + n * dy.size(1);
      float *dp = out + first[n] * width, *dq = out + second[n] * width;
      if (pairs.form != PairForm::product) {
        const std::int64_t second_at = second_part(pairs.form, width), difference = second_at + width;
        for (std::int64_t i = begin; i < end; ++i) {
          const float of_difference = slope[difference + i] * sign(p[i] - q[i]);
          dp[i] += slope[i] + of_difference;
          dq[i] += slope[second_at + i] - of_difference;
        }
        slope += difference + width;
      }
      for (std::int64_t i = begin; i < end; ++i) {
        dp[i] += slope[i] * q[i];
        dq[i] += slope[i] * p[i];
      }
    }
  });
}

}  // namespace cpu
}  // namespace groel::ops
