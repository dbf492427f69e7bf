// attention: checks and choice of backend.
#include "ops/attention.h"
#include "base/profile.h"

#include "ops/attention_impl.h"
#include "ops/dispatch.h"
#include "ops/elementwise.h"
#include "ops/rotary_impl.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

std::span<const std::int32_t> check(const AttentionInput& input) {
  GROEL_REQUIRE(input.q.rank() == 2 && input.k.shape() == input.q.shape() && input.v.shape() == input.q.shape());
  GROEL_REQUIRE(input.heads > 0 && input.q.size(1) > 0 && input.q.size(1) % input.heads == 0);
  require_cpu(input.q);
  if (input.rotary.defined()) check_rotary(input.q, input.rotary, input.cu_seqlens, {input.heads, input.scale});
  return sequence_bounds(input.cu_seqlens, input.q.size(0));
}

// q kᵀ and p v: 4 n² operations for each column of a head, over the sequences' lengths n.
double attention_flops(const AttentionInput& input) {
  const auto bounds = sequence_bounds(input.cu_seqlens, input.q.size(0));
  double flops = 0;
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b) {
    const double n = bounds[b + 1] - bounds[b];
    flops += 4 * n * n * static_cast<double>(input.q.size(1));
  }
  return flops;
}

// Tokens [begin, end) of a batch, one of its sequences, as a batch of their own.
AttentionInput alone(AttentionInput input, std::int64_t begin, std::int64_t end) {
  for (Tensor* x : {&input.q, &input.k, &input.v}) *x = x->rows(begin, end);
  input.cu_seqlens = Tensor::of<std::int32_t>({2}, {0, static_cast<std::int32_t>(end - begin)});
  return input;
}

// Queries scaled, queries and keys rotated: maps are asked for too rarely for more.
AttentionInput rotated(AttentionInput input) {
  if (input.rotary.defined()) {
    input.q = input.q.clone();
    input.k = input.k.clone();
    rotary_inplace(input.q, input.rotary, input.cu_seqlens, {input.heads, input.scale});
    rotary_inplace(input.k, input.rotary, input.cu_seqlens, {input.heads, 1.0F});
  } else if (input.scale != 1.0F) {
    input.q = scale(input.q, input.scale);
  }
  input.scale = 1.0F;
  input.rotary = {};
  return input;
}

AttentionResult attention_result(const AttentionInput& input, DType output) {
  check(input);
  GROEL_REQUIRE(output == DType::f32 || output == DType::bf16);
  return {Tensor::empty(input.q.shape(), output), {}};
}

void run(const AttentionInput& input, AttentionResult& out) {
  const ProfileScope scope("attention", attention_flops(input));
  cpu::attention(input, cpu::attention_kernel(input.precision), out);
}

}  // namespace

Tensor attention(const AttentionInput& input, DType output) {
  AttentionResult out = attention_result(input, output);
  run(input, out);
  return out.y;
}

AttentionResult attention_with_sums(const AttentionInput& input, DType output) {
  AttentionResult out = attention_result(input, output);
  out.log_sums = Tensor::empty({input.heads, input.q.size(0)});
  run(input, out);
  return out;
}

Tensor attention_maps(const AttentionInput& input, std::int64_t sequence) {
  const auto bounds = check(input);
  GROEL_REQUIRE(0 <= sequence && sequence + 1 < static_cast<std::int64_t>(bounds.size()));
  const std::int64_t begin = bounds[static_cast<std::size_t>(sequence)];
  const std::int64_t n = bounds[static_cast<std::size_t>(sequence) + 1] - begin;
  const ProfileScope scope("attention_maps");
  Tensor maps = Tensor::empty({input.heads, n, n});
  cpu::attention_maps(rotated(alone(input, begin, begin + n)), maps);
  return maps;
}

std::size_t attention_thread_bytes(std::int64_t head_width, std::int64_t tokens, Precision precision) {
  const bool in_f32 = cpu::attention_kernel(precision) == cpu::attend_f32;
  const std::int64_t words =
      in_f32 ? cpu::working_words_f32(head_width, tokens) : cpu::working_words_bf16(head_width, tokens);
  return static_cast<std::size_t>(words) * sizeof(float);
}

}  // namespace groel::ops
