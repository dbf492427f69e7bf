// Planes of channels: checks, and the loops over threads.
#include "ops/planes.h"

#include <algorithm>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/planes_impl.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

constexpr std::int64_t kPairs = 256;  // of a task

template <class Body>
void for_pairs(std::int64_t pairs, const Body& body) {
  parallel_for(ceil_div(pairs, kPairs), [&](std::int64_t task) {
    body(cpu::RowRange{task * kPairs, std::min(pairs, (task + 1) * kPairs)});
  });
}

}  // namespace

void gate_planes(const Tensor& x, const Tensor& g, const Tensor& factor, Tensor& planes) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32 && g.dtype() == DType::f32 && g.shape() == x.shape());
  GROEL_REQUIRE(planes.shape() == (Shape{x.size(1), x.size(0)}));
  GROEL_REQUIRE(planes.dtype() == DType::f32 || planes.dtype() == DType::bf16);
  check_vector(factor, x.size(0));
  backend(x).gate_planes(x, g, factor, planes);
}

Tensor planes_as_rows(const Tensor& planes) {
  GROEL_REQUIRE(planes.rank() == 2 && planes.dtype() == DType::f32);
  Tensor rows = Tensor::empty({planes.size(1), planes.size(0)}, DType::f32, planes.device());
  backend(planes).planes_as_rows(planes, rows);
  return rows;
}

void cpu::gate_planes(const Tensor& x, const Tensor& g, const Tensor& factor, Tensor& planes) {
  const ProfileScope scope("gate_planes");
  for_pairs(x.size(0), [&](RowRange pairs) { gate_planes(x, g, factor, pairs, planes); });
}

void cpu::planes_as_rows(const Tensor& planes, Tensor& rows) {
  const ProfileScope scope("planes_as_rows");
  for_pairs(planes.size(1), [&](RowRange pairs) { planes_as_rows(planes, pairs, rows); });
}

}  // namespace groel::ops
