// The layout of attention's input: the width of a head, which heads share keys, and where each sequence is.
#pragma once

#include <span>

#include "ops/attention.h"

namespace groel::ops {

/// One sequence of the batch.
struct AttentionSequence {
  std::int64_t index;
  std::int64_t begin;      ///< rows of q
  std::int64_t end;        ///< likewise
  std::int64_t key_begin;  ///< rows of k and v
  std::int64_t key_end;    ///< likewise
  std::int64_t queries() const { return end - begin; }
  std::int64_t keys() const { return key_end - key_begin; }
  /// Keys before the place of the first query.
  std::int64_t ahead() const { return keys() - queries(); }
};

/// Views of the input, which must outlive it.
class AttentionLayout {
 public:
  /// Errors: internal when shapes, bounds, rule, biases or positions do not fit each other.
  explicit AttentionLayout(const AttentionInput& input);

  std::int64_t width() const { return width_; }          ///< K
  std::int64_t key_heads() const { return key_heads_; }  ///< Hk
  std::int64_t group() const { return group_; }          ///< H / Hk: query heads that share a head of keys
  std::int64_t sequences() const { return static_cast<std::int64_t>(queries_.size()) - 1; }
  AttentionSequence sequence(std::int64_t index) const;

 private:
  std::int64_t width_ = 0;
  std::int64_t key_heads_ = 0;
  std::int64_t group_ = 0;
  std::span<const std::int32_t> queries_;
  std::span<const std::int32_t> keys_;
};

/// The bias of a sequence [H, n_q, n_k]; undefined: none.
Tensor attention_bias(const AttentionInput& input, std::int64_t sequence);

/// Pairs of a query and a key that it sees, over all sequences.
double attention_pairs(const AttentionInput& input, const AttentionLayout& layout);

/// Position arrays as pointers; nullptr: counted from the sequence's start.
inline const std::int32_t* positions_or_null(const Tensor& positions) {
  return positions.defined() ? positions.data<std::int32_t>() : nullptr;
}

}  // namespace groel::ops
