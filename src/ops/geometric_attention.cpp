// geometric_attention: checks, and the loop over heads of sequences.
#include "ops/geometric_attention.h"

#include <algorithm>
#include <vector>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/geometric_attention_impl.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

void check_ids(const Tensor& ids, std::int64_t tokens) {
  if (ids.defined()) GROEL_REQUIRE(ids.rank() == 1 && ids.size(0) == tokens && ids.dtype() == DType::i32);
}

void check(const GeometricAttentionInput& input) {
  const Tensor& x = input.projected;
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32 && x.size(1) > 0 && x.size(1) % 15 == 0);
  const std::int64_t tokens = x.size(0);
  GROEL_REQUIRE(input.frames.rotation.shape() == (Shape{tokens, 9}) &&
                input.frames.translation.shape() == (Shape{tokens, 3}) && input.frames.known.defined());
  for (const Tensor* ids : {&input.frames.known, &input.chain, &input.sequence}) check_ids(*ids, tokens);
  for (const Tensor* scale : {&input.rotation_scale, &input.distance_scale}) {
    GROEL_REQUIRE(scale->defined());
    check_vector(*scale, x.size(1) / 15);
  }
  sequence_bounds(input.cu_seqlens, tokens);
}

}  // namespace

Tensor geometric_attention(const GeometricAttentionInput& input) {
  check(input);
  const Tensor& x = input.projected;
  Tensor y = Tensor::empty({x.size(0), x.size(1) / 5}, DType::f32, x.device());
  backend(x).geometric_attention(input, y);
  return y;
}

std::size_t cpu::geometric_attention_bytes(std::int64_t tokens) {
  return static_cast<std::size_t>(kGeometricRows * tokens) * sizeof(float);
}

void cpu::geometric_attention(const GeometricAttentionInput& input, Tensor& y) {
  const ProfileScope scope("geometric_attention");
  const auto bounds = input.cu_seqlens.values<std::int32_t>();
  const std::int64_t heads = input.projected.size(1) / 15;
  std::vector<GeometricTask> tasks;
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    for (std::int64_t head = 0; head < heads && bounds[b] < bounds[b + 1]; ++head)
      tasks.push_back({head, bounds[b], bounds[b + 1]});
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const auto& a, const auto& b) { return a.end - a.begin > b.end - b.begin; });
  // Neighbourhoods of a few residues are small work: several to a task.
  const auto count = static_cast<std::int64_t>(tasks.size());
  const std::int64_t step = count == 0 ? 1 : std::max<std::int64_t>(1, 512 / (tasks.front().end - tasks.front().begin));
  parallel_for(ceil_div(count, step), [&](std::int64_t part) {
    for (std::int64_t i = part * step; i < std::min(count, (part + 1) * step); ++i)
      geometric_attention(input, tasks[static_cast<std::size_t>(i)], y);
  });
}

}  // namespace groel::ops
