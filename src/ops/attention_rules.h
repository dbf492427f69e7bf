// Mask and bias of one block of queries, as the kernels apply them to its scores.
#pragma once

#include <cstdint>

#include "ops/attention_impl.h"

namespace groel::ops::cpu {

/// Rows [query, query + count) of q, at most kQueries of a task's.
struct QueryBlock {
  std::int64_t query;
  std::int64_t count;
};

/// Scores [keys, kQueries] of keys from `key` on, of which lanes [lane, lane + lanes) are meant.
struct ScoreBlock {
  float* scores;
  std::int64_t key;
  std::int64_t keys;
  std::int64_t lane;
  std::int64_t lanes;
};

/// The bias that all sequences share, and that of keys, for one block of queries: pairs[j * stride + i] is of key j and
/// the block's query i, and may be read for any i < kQueries. Null: none.
struct SharedBias {
  const float* pairs = nullptr;
  std::int64_t stride = 0;
  const float* keys = nullptr;
  float unit = 1;  ///< of the scores

  bool defined() const { return pairs != nullptr || keys != nullptr; }
  /// From that key, and that query of the block, on.
  SharedBias from(std::int64_t key, std::int64_t lane) const {
    return {pairs == nullptr ? nullptr : pairs + key * stride + lane, stride, keys == nullptr ? nullptr : keys + key,
            unit};
  }
};
SharedBias shared_bias(const AttentionInput& input, const AttentionTask& task, std::int64_t query, float unit = kLog2E);
/// Adds it to a block of scores, where a kernel does not start its sums with it.
void add_shared_bias(const SharedBias& bias, const ScoreBlock& block);

/// Only blocks that a bound of the mask runs through, or that have a bias, take more than the plain kernel: the others
/// are plain or left out. A block in which a query sees no key leaves the query's sums as they are, to the bit.
class BlockRules {
 public:
  /// The bias is multiplied by `unit`, that of the scores.
  BlockRules(const AttentionInput& input, const AttentionTask& task, QueryBlock block, float unit = kLog2E);

  /// The keys to go through, from a whole block on.
  KeyRange keys() const { return {keys_.begin / kKeys * kKeys, keys_.end}; }
  /// Whether every query sees all of these keys, and nothing is added.
  bool plain(std::int64_t key, std::int64_t keys) const {
    return bias_ == nullptr && seen_by_all_.begin <= key && key + keys <= seen_by_all_.end;
  }
  /// Adds the bias, and makes the scores of keys that are not seen minus infinity.
  void apply(const ScoreBlock& block) const;
  /// Bit i: the block's query i sees the key.
  std::uint64_t seen_by(std::int64_t key) const;

 private:
  void add_bias(const ScoreBlock& block, std::int64_t last) const;
  KeyRange visible(std::int64_t lane) const { return visible_keys(mask_, place_ + lane, all_keys_); }

  AttentionMask mask_;
  std::int64_t all_keys_;
  std::int64_t place_;  // of the first query
  std::int64_t count_;
  KeyRange keys_;                // seen by any query
  KeyRange seen_by_all_;         // may be empty
  const float* bias_ = nullptr;  // [count, all_keys]
  float unit_;
};

/// Keys that any query of a task sees, from a whole block on.
KeyRange task_keys(const AttentionInput& input, const AttentionTask& task);

}  // namespace groel::ops::cpu
