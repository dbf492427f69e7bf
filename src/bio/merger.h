// Merges the bytes of one piece of text into tokens.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "bio/merge_table.h"
#include "bio/minimum_tree.h"
#include "bio/short_merge.h"

namespace groel::bio {

/// Working memory for one thread: a piece of n bytes takes O(n log n).
class Merger {
 public:
  /// `bytes`: the token of each byte, or below zero where there is none; it is then what becomes of that byte.
  Merger(const MergeTable& table, const std::array<std::int32_t, 256>& bytes)
      : table_(table), bytes_(bytes), short_merge_(short_merge()) {}

  /// Appends the ids of `piece`. As Transformers' GPT2Tokenizer: the pair of the lowest rank is merged everywhere, from
  /// left to right, before the next one is looked for.
  void merge(std::string_view piece, std::vector<std::int32_t>& ids);

 private:
  void merge_short(std::string_view piece, std::vector<std::int32_t>& ids) const;
  void merge_long(std::string_view piece, std::vector<std::int32_t>& ids);
  void start(std::string_view piece);
  void merge_at(std::size_t at, std::int32_t rank);
  void rank_again(std::size_t at, std::int32_t above);
  void finish_batch();

  const MergeTable& table_;
  const std::array<std::int32_t, 256>& bytes_;
  ShortMerge* short_merge_;
  std::vector<std::int32_t> tokens_;  // of the byte that each begins with
  std::vector<std::uint32_t> next_;   // the bytes that the neighbours begin with
  std::vector<std::uint32_t> before_;
  std::vector<std::size_t> held_back_;  // pairs that came up during a batch, of a lower rank than the batch's
  MinimumTree ranks_;                   // of the pair that begins at each byte
};

}  // namespace groel::bio
