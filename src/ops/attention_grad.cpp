// attention_grad: checks, and the loop over heads and sequences.
#include "ops/attention_grad.h"

#include <algorithm>
#include <vector>

#include "base/cpu.h"
#include "base/profile.h"
#include "base/threads.h"
#include "ops/attention_grad_impl.h"
#include "ops/dispatch.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

void check(const AttentionInput& input, const AttentionResult& forward, const Tensor& dy,
           const AttentionGradients& to) {
  GROEL_REQUIRE(input.q.rank() == 2 && input.heads > 0 && input.q.size(1) > 0 && input.q.size(1) % input.heads == 0);
  for (const Tensor* x : {&input.q, &input.k, &input.v, &dy, &to.q, &to.k, &to.v})
    GROEL_REQUIRE(x->shape() == input.q.shape() && x->dtype() == DType::f32);
  GROEL_REQUIRE(forward.y.shape() == input.q.shape());
  GROEL_REQUIRE((forward.log_sums.shape() == Shape{input.heads, input.q.size(0)}));
  require_cpu(input.q);
}

// The longest first, so that no thread is left with one at the end.
std::vector<cpu::AttentionGradTask> tasks(const AttentionInput& input) {
  std::vector<cpu::AttentionGradTask> out;
  const auto bounds = sequence_bounds(input.cu_seqlens, input.q.size(0));
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    for (std::int64_t head = 0; head < input.heads && bounds[b] < bounds[b + 1]; ++head)
      out.push_back({head, bounds[b], bounds[b + 1]});
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.end - a.begin > b.end - b.begin; });
  return out;
}

double flops(const AttentionInput& input) {
  const auto bounds = input.cu_seqlens.values<std::int32_t>();
  double sum = 0;
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b) {
    const double n = bounds[b + 1] - bounds[b];
    sum += 10 * n * n * static_cast<double>(input.q.size(1));
  }
  return sum;
}

}  // namespace

void attention_grad(const AttentionInput& input, const AttentionResult& forward, const Tensor& dy,
                    AttentionGradients& to) {
  check(input, forward, dy, to);
  const std::vector<cpu::AttentionGradTask> list = tasks(input);
  const ProfileScope scope("attention_grad", flops(input));
  const bool pairs = input.precision == Precision::bf16 && active_isa() >= Isa::avx512_bf16;
  const auto kernel = pairs ? cpu::attention_grad_bf16 : cpu::attention_grad_f32;
  parallel_for(static_cast<std::int64_t>(list.size()), [&](std::int64_t i) {
    kernel({input, forward, dy, list[static_cast<std::size_t>(i)]}, to);
  });
}

void attention_grad(const AttentionInput& input, const Tensor& dy, AttentionGradients& to) {
  attention_grad(input, attention_with_sums(input), dy, to);
}

}  // namespace groel::ops
