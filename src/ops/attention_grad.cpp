// attention_grad: checks, and the loop over heads and sequences.
#include "ops/attention_grad.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "base/cpu.h"
#include "base/profile.h"
#include "base/threads.h"
#include "ops/attention_grad_impl.h"
#include "ops/attention_layout.h"
#include "ops/backend_cpu.h"

namespace groel::ops {
namespace {

std::atomic<std::int64_t> g_fallbacks{0};

void check_bias(const AttentionInput& input, const AttentionGradients& to) {
  if (to.bias.empty()) return;
  GROEL_REQUIRE(to.bias.size() == input.bias.size());
  for (std::size_t b = 0; b < to.bias.size(); ++b)
    if (to.bias[b].defined())
      GROEL_REQUIRE(to.bias[b].dtype() == DType::f32 && to.bias[b].shape() == input.bias[b].shape());
}

void check(const AttentionInput& input, const AttentionResult& forward, const Tensor& dy,
           const AttentionGradients& to) {
  const AttentionLayout checked(input);
  for (const Tensor* x : {&input.q, &dy, &to.q})
    GROEL_REQUIRE(x->shape() == input.q.shape() && x->dtype() == DType::f32);
  for (const Tensor* x : {&input.k, &input.v, &to.k, &to.v})
    GROEL_REQUIRE(x->shape() == input.k.shape() && x->dtype() == DType::f32);
  GROEL_REQUIRE(forward.y.shape() == input.q.shape());
  GROEL_REQUIRE((forward.log_sums.shape() == Shape{input.heads, input.q.size(0)}));
  GROEL_REQUIRE(!input.shared_bias.defined() && !input.key_bias.defined());
  check_bias(input, to);
}

using Tasks = std::vector<cpu::AttentionTask>;

// Each is run by one thread, in order: the sequences of a head of keys one after the other where they add to one bias,
// else every one apart, the longest first, so that no thread is left with one at the end.
std::vector<Tasks> tasks(const AttentionLayout& layout, const AttentionGradients& to) {
  std::vector<Tasks> out;
  const auto task = [&](std::int64_t head, std::int64_t b) {
    const AttentionSequence s = layout.sequence(b);
    return cpu::AttentionTask{head * layout.group(), s.key_begin, s.key_end, s.begin, s.end, s.begin, s.ahead(), b};
  };
  for (std::int64_t b = 0; b < layout.sequences(); ++b)
    for (std::int64_t head = 0; head < layout.key_heads() && layout.sequence(b).keys() > 0; ++head)
      out.push_back({task(head, b)});
  if (to.bias.size() == 1) {
    std::vector<Tasks> heads(static_cast<std::size_t>(layout.key_heads()));
    for (const Tasks& one : out) heads[static_cast<std::size_t>(one[0].head / layout.group())].push_back(one[0]);
    return heads;
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a[0].keys() > b[0].keys(); });
  return out;
}

bool wants_pairs(const AttentionInput& input) {
  return input.precision == Precision::bf16 && active_isa() >= Isa::avx512_bf16;
}

// bf16's dot products, unless there is a bias.
bool by_pairs(const AttentionInput& input) { return wants_pairs(input) && input.bias.empty(); }
bool lacks_pairs(const AttentionInput& input) { return wants_pairs(input) && !input.bias.empty(); }

void clear_bias(AttentionGradients& to) {
  for (Tensor& bias : to.bias)
    if (bias.defined()) std::fill_n(bias.mutable_data<float>(), bias.count(), 0.0F);
}

}  // namespace

void attention_grad(const AttentionInput& input, const AttentionResult& forward, const Tensor& dy,
                    AttentionGradients& to) {
  check(input, forward, dy, to);
  backend(input.q).attention_grad(input, forward, dy, to);
}

void cpu::attention_grad(const AttentionInput& input, const AttentionResult& forward, const Tensor& dy,
                         AttentionGradients& to) {
  const AttentionLayout layout(input);
  const std::vector<Tasks> list = tasks(layout, to);
  const double columns = static_cast<double>(input.q.size(1));
  const ProfileScope scope("attention_grad", 10 * attention_pairs(input, layout) * columns);
  const auto kernel = by_pairs(input) ? attention_grad_bf16 : attention_grad_f32;
  if (lacks_pairs(input)) ++g_fallbacks;
  clear_bias(to);
  parallel_for(static_cast<std::int64_t>(list.size()), [&](std::int64_t i) {
    for (const AttentionTask& task : list[static_cast<std::size_t>(i)]) kernel({input, forward, dy, task}, to);
  });
}

void attention_grad(const AttentionInput& input, const Tensor& dy, AttentionGradients& to) {
  attention_grad(input, attention_with_sums(input), dy, to);
}

std::size_t cpu::attention_grad_bytes(const AttentionInput& input, const AttentionSequence& s) {
  const std::int64_t width = head_width(input);
  const std::int64_t words =
      by_pairs(input) ? gradient_words_bf16(width, s.keys()) : gradient_words_f32(width, s.queries(), s.keys());
  return static_cast<std::size_t>(words) * sizeof(float);
}

std::int64_t attention_fallbacks() noexcept { return g_fallbacks; }

}  // namespace groel::ops
