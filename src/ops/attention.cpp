// attention: checks and choice of backend.
#include "ops/attention.h"
#include "base/profile.h"

#include "ops/attention_impl.h"
#include "ops/backend_cpu.h"

namespace groel::ops {
namespace {

AttentionResult attention_result(const AttentionInput& input, DType output) {
  const AttentionLayout checked(input);
  GROEL_REQUIRE(output == DType::f32 || output == DType::bf16);
  return {Tensor::empty(input.q.shape(), output, input.q.device()), {}};
}

}  // namespace

Tensor attention(const AttentionInput& input, DType output) {
  AttentionResult out = attention_result(input, output);
  backend(input.q).attention(input, out);
  return out.y;
}

AttentionResult attention_with_sums(const AttentionInput& input, DType output) {
  AttentionResult out = attention_result(input, output);
  out.log_sums = Tensor::empty({input.heads, input.q.size(0)}, DType::f32, input.q.device());
  backend(input.q).attention(input, out);
  return out;
}

Tensor attention_maps(const AttentionInput& input, std::int64_t sequence) {
  const AttentionLayout layout(input);
  GROEL_REQUIRE(0 <= sequence && sequence < layout.sequences());
  const AttentionSequence s = layout.sequence(sequence);
  Tensor maps = Tensor::empty({input.heads, s.queries(), s.keys()}, DType::f32, input.q.device());
  backend(input.q).attention_maps(input, s, maps);
  return maps;
}

// q kᵀ and p v: 4 operations per pair for each column of a head.
void cpu::attention(const AttentionInput& input, AttentionResult& out) {
  const double pairs = attention_pairs(input, AttentionLayout(input));
  const ProfileScope scope("attention", 4 * pairs * static_cast<double>(input.q.size(1)));
  attention(input, attention_kernel(input.precision), out);
}

std::size_t attention_thread_bytes(std::int64_t head_width, std::int64_t tokens, Precision precision) {
  const bool in_f32 = cpu::attention_kernel(precision) == cpu::attend_f32;
  const std::int64_t words =
      in_f32 ? cpu::working_words_f32(head_width, tokens) : cpu::working_words_bf16(head_width, tokens);
  return static_cast<std::size_t>(words) * sizeof(float);
}

}  // namespace groel::ops
