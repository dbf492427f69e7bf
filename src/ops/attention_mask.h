// Which keys each query of attention sees: by rule, so that no n² mask is ever stored.
#pragma once

#include <algorithm>
#include <cstdint>

namespace groel::ops {

/// Places count a sequence's keys from 0. With n_q queries and n_k keys, query i is at place n_k - n_q + i: the last
/// query goes with the last key, as where earlier keys come from a cache.
struct AttentionMask {
  enum class Rule {
    full,     ///< every key
    causal,   ///< the keys up to its own place
    window,   ///< the keys at most `size` places before or after its own
    prompts,  ///< one-way: the last `size` places are prompts, which see prompts alone; every other query sees every
              ///< key
    lone_prompts  ///< the same, but that a prompt's place sees itself alone
  };
  Rule rule = Rule::full;
  std::int64_t size = 0;

  static AttentionMask causal() { return {Rule::causal, 0}; }
  static AttentionMask window(std::int64_t size) { return {Rule::window, size}; }
  static AttentionMask prompts(std::int64_t size) { return {Rule::prompts, size}; }
  static AttentionMask lone_prompts(std::int64_t size) { return {Rule::lone_prompts, size}; }
};

/// Keys [begin, end).
struct KeyRange {
  std::int64_t begin;
  std::int64_t end;
};

/// What the query at `place` sees of `keys` keys: one run, whose begin does not fall from one place to the next.
inline KeyRange visible_keys(const AttentionMask& mask, std::int64_t place, std::int64_t keys) {
  switch (mask.rule) {
    case AttentionMask::Rule::causal: return {0, std::min(keys, place + 1)};
    case AttentionMask::Rule::window:
      return {std::max<std::int64_t>(0, place - mask.size), place + std::min(mask.size, keys - place - 1) + 1};
    case AttentionMask::Rule::prompts:
      return {place < keys - mask.size ? 0 : std::max<std::int64_t>(0, keys - mask.size), keys};
    case AttentionMask::Rule::lone_prompts:
      return place < keys - mask.size ? KeyRange{0, keys} : KeyRange{place, place + 1};
    case AttentionMask::Rule::full: break;
  }
  return {0, keys};
}

/// What any of the places [first, last] sees, from the first key of it to the last.
inline KeyRange keys_of_any(const AttentionMask& mask, std::int64_t first, std::int64_t last, std::int64_t keys) {
  return {visible_keys(mask, first, keys).begin,
          std::max(visible_keys(mask, first, keys).end, visible_keys(mask, last, keys).end)};
}

/// What all of them see; may be empty.
inline KeyRange keys_of_all(const AttentionMask& mask, std::int64_t first, std::int64_t last, std::int64_t keys) {
  const std::int64_t begin = visible_keys(mask, last, keys).begin;
  // Ends rise from place to place, but that they fall at the first lone prompt.
  const bool falls = mask.rule == AttentionMask::Rule::lone_prompts && last >= keys - mask.size;
  const std::int64_t lowest = falls ? std::max(first, keys - mask.size) : first;
  return {begin, visible_keys(mask, lowest, keys).end};
}

}  // namespace groel::ops
