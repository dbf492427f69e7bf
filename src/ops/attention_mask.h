// Which keys each query of attention sees: by rule, so that no n² mask is ever stored.
#pragma once

#include <algorithm>
#include <cstdint>

namespace groel::ops {

/// Places count a sequence's keys from 0. With n_q queries and n_k keys, query i is at place n_k - n_q + i: the last
/// query goes with the last key, as where earlier keys come from a cache.
struct AttentionMask {
  enum class Rule {
    full,    ///< every key
    causal,  ///< the keys up to its own place
    window,  ///< the keys at most `size` places before or after its own
    prompts  ///< one-way: the first `size` places are prompts, which see prompts alone; every other query sees every
             ///< key
  };
  Rule rule = Rule::full;
  std::int64_t size = 0;

  static AttentionMask causal() { return {Rule::causal, 0}; }
  static AttentionMask window(std::int64_t size) { return {Rule::window, size}; }
  static AttentionMask prompts(std::int64_t size) { return {Rule::prompts, size}; }
};

/// Keys [begin, end).
struct KeyRange {
  std::int64_t begin;
  std::int64_t end;
};

/// What the query at `place` sees of `keys` keys: one run, and neither bound falls from one place to the next.
inline KeyRange visible_keys(const AttentionMask& mask, std::int64_t place, std::int64_t keys) {
  switch (mask.rule) {
    case AttentionMask::Rule::causal: return {0, std::min(keys, place + 1)};
    case AttentionMask::Rule::window:
      return {std::max<std::int64_t>(0, place - mask.size), place + std::min(mask.size, keys - place - 1) + 1};
    case AttentionMask::Rule::prompts: return {0, place < mask.size ? std::min(keys, mask.size) : keys};
    case AttentionMask::Rule::full: break;
  }
  return {0, keys};
}

}  // namespace groel::ops
