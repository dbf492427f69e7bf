// Checks attention's input.
#include "ops/attention_layout.h"

#include <algorithm>

#include "base/error.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

void check_mask(const AttentionMask& mask, const AttentionSequence& s) {
  GROEL_REQUIRE(s.queries() == 0 || s.keys() > 0);
  if (mask.rule != AttentionMask::Rule::full) GROEL_REQUIRE(s.ahead() >= 0 && mask.size >= 0);
}

void check_bias(const AttentionInput& input, const AttentionSequence& s) {
  const Tensor bias = attention_bias(input, s.index);
  if (!bias.defined() || s.queries() == 0) return;
  GROEL_REQUIRE((bias.dtype() == DType::f32 && bias.shape() == Shape{input.heads, s.queries(), s.keys()}));
}

void check_shared_bias(const AttentionInput& input, const AttentionLayout& layout) {
  const Tensor& bias = input.shared_bias;
  if (input.key_bias.defined())
    GROEL_REQUIRE(input.key_bias.dtype() == DType::f32 && input.key_bias.shape() == Shape{input.k.size(0)});
  if (!bias.defined()) return;
  GROEL_REQUIRE(bias.rank() == 2 && bias.dtype() == DType::f32 && bias.size(0) == input.heads);
  GROEL_REQUIRE(bias.row_stride() >= bias.size(1) + kBiasMargin);
  for (std::int64_t b = 0; b < layout.sequences(); ++b) {
    const AttentionSequence s = layout.sequence(b), first = layout.sequence(0);
    GROEL_REQUIRE(s.queries() == first.queries() && s.keys() == first.keys());
    GROEL_REQUIRE(bias.size(1) == s.keys() * s.queries());
  }
}

// Given positions are rows of the table; counted ones go up to the sequence's last key.
void check_positions(const Tensor& positions, std::int64_t tokens, std::int64_t table) {
  const auto values = positions.values<std::int32_t>();
  GROEL_REQUIRE(positions.rank() == 1 && positions.size(0) == tokens);
  GROEL_REQUIRE(std::all_of(values.begin(), values.end(), [&](std::int32_t p) { return 0 <= p && p < table; }));
}

void check_rotation(const AttentionInput& input, const AttentionLayout& layout) {
  const RotaryTable& table = input.rotary;
  GROEL_REQUIRE(table.cosine.rank() == 2 && table.sine.shape() == table.cosine.shape());
  GROEL_REQUIRE(layout.width() == 2 * table.cosine.size(1));
  const std::int64_t rows = table.cosine.size(0);
  if (input.positions.defined()) check_positions(input.positions, input.q.size(0), rows);
  if (input.key_positions.defined()) check_positions(input.key_positions, input.k.size(0), rows);
  for (std::int64_t b = 0; b < layout.sequences(); ++b) {
    const AttentionSequence s = layout.sequence(b);
    if (!input.positions.defined()) GROEL_REQUIRE(s.ahead() >= 0 && s.keys() <= rows);
    if (!input.key_positions.defined()) GROEL_REQUIRE(s.keys() <= rows);
  }
}

}  // namespace

AttentionLayout::AttentionLayout(const AttentionInput& input) {
  GROEL_REQUIRE(input.q.rank() == 2 && input.k.rank() == 2 && input.v.shape() == input.k.shape());
  GROEL_REQUIRE(input.heads > 0 && input.q.size(1) > 0 && input.q.size(1) % input.heads == 0);
  width_ = input.q.size(1) / input.heads;
  key_heads_ = input.k.size(1) / width_;
  GROEL_REQUIRE(key_heads_ > 0 && input.k.size(1) == key_heads_ * width_ && input.heads % key_heads_ == 0);
  group_ = input.heads / key_heads_;
  queries_ = sequence_bounds(input.cu_seqlens, input.q.size(0));
  keys_ = sequence_bounds(input.cu_keys.defined() ? input.cu_keys : input.cu_seqlens, input.k.size(0));
  GROEL_REQUIRE(keys_.size() == queries_.size());
  GROEL_REQUIRE(input.bias.size() <= 1 || static_cast<std::int64_t>(input.bias.size()) == sequences());
  for (std::int64_t b = 0; b < sequences(); ++b) {
    check_mask(input.mask, sequence(b));
    check_bias(input, sequence(b));
  }
  check_shared_bias(input, *this);
  if (input.rotary.defined()) check_rotation(input, *this);
}

AttentionSequence AttentionLayout::sequence(std::int64_t index) const {
  const auto b = static_cast<std::size_t>(index);
  return {index, queries_[b], queries_[b + 1], keys_[b], keys_[b + 1]};
}

Tensor attention_bias(const AttentionInput& input, std::int64_t sequence) {
  if (input.bias.empty()) return {};
  return input.bias[input.bias.size() == 1 ? 0 : static_cast<std::size_t>(sequence)];
}

double attention_pairs(const AttentionInput& input, const AttentionLayout& layout) {
  double pairs = 0;
  for (std::int64_t b = 0; b < layout.sequences(); ++b) {
    const AttentionSequence s = layout.sequence(b);
    if (input.mask.rule == AttentionMask::Rule::full) {
      pairs += static_cast<double>(s.queries()) * static_cast<double>(s.keys());
      continue;
    }
    for (std::int64_t i = 0; i < s.queries(); ++i) {
      const KeyRange range = visible_keys(input.mask, s.ahead() + i, s.keys());
      pairs += static_cast<double>(range.end - range.begin);
    }
  }
  return pairs;
}

}  // namespace groel::ops
