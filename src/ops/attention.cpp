// attention: checks and choice of backend.
#include "ops/attention.h"
#include "base/profile.h"

#include "ops/attention_impl.h"
#include "ops/dispatch.h"

namespace groel::ops {
namespace {

// Errors: unsupported or internal.
AttentionLayout check(const AttentionInput& input) {
  require_cpu(input.q);
  return AttentionLayout(input);
}

AttentionResult attention_result(const AttentionInput& input, DType output) {
  check(input);
  GROEL_REQUIRE(output == DType::f32 || output == DType::bf16);
  return {Tensor::empty(input.q.shape(), output), {}};
}

// q kᵀ and p v: 4 operations a pair for each column of a head.
void run(const AttentionInput& input, AttentionResult& out) {
  const double pairs = attention_pairs(input, AttentionLayout(input));
  const ProfileScope scope("attention", 4 * pairs * static_cast<double>(input.q.size(1)));
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
  const AttentionLayout layout = check(input);
  GROEL_REQUIRE(0 <= sequence && sequence < layout.sequences());
  const AttentionSequence s = layout.sequence(sequence);
  const ProfileScope scope("attention_maps");
  Tensor maps = Tensor::empty({input.heads, s.queries(), s.keys()});
  cpu::attention_maps(input, s, maps);
  return maps;
}

std::size_t attention_thread_bytes(std::int64_t head_width, std::int64_t tokens, Precision precision) {
  const bool in_f32 = cpu::attention_kernel(precision) == cpu::attend_f32;
  const std::int64_t words =
      in_f32 ? cpu::working_words_f32(head_width, tokens) : cpu::working_words_bf16(head_width, tokens);
  return static_cast<std::size_t>(words) * sizeof(float);
}

}  // namespace groel::ops
