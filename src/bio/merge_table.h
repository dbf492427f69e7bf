// Which pairs of tokens merge, in what order, and into what.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace groel::bio {

/// Two tokens and what they become.
struct Merge {
  std::int32_t left = 0, right = 0, into = 0;
};

/// Looked up by pair: each is at one of two places (a cuckoo table), so that a look-up is two loads that do not wait
/// for one another and no branch that could be guessed wrong; eight bytes an entry, so that of 50,000 merges most stays
/// in a core's own cache.
class MergeTable {
 public:
  /// No pair merges at this rank.
  static constexpr std::int32_t kNone = std::numeric_limits<std::int32_t>::max();
  /// Ids are below this, and there are no more merges.
  static constexpr std::int32_t kMostTokens = 1 << 20;

  MergeTable() : MergeTable(std::vector<Merge>{}) {}
  /// The first merges first; of a pair that comes twice the later counts, as in Transformers.
  explicit MergeTable(std::vector<Merge> merges);

  /// The rank of a pair, or kNone; so too for ids that are below zero.
  std::int32_t rank(std::int32_t left, std::int32_t right) const noexcept {
    if ((left | right) < 0) return kNone;
    const std::uint64_t pair = pair_of(left, right);
    const Places at = places(pair);
    const std::uint64_t first = entries_[at.first], second = entries_[at.second];
    std::int32_t found = kNone;
    found = second >> kRankBits == pair ? rank_in(second) : found;
    found = first >> kRankBits == pair ? rank_in(first) : found;
    return crowded_.empty() ? found : std::min(found, rank_in_crowd(pair));
  }
  std::int32_t into(std::int32_t rank) const noexcept {
    return regular_ ? first_into_ + rank : merges_[static_cast<std::size_t>(rank)].into;
  }
  std::span<const Merge> merges() const noexcept { return merges_; }

 private:
  static constexpr int kIdBits = 20, kRankBits = 23;  // 2 * 20 + 23: no pair is all ones
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  static std::uint64_t pair_of(std::int32_t left, std::int32_t right) noexcept {
    return static_cast<std::uint64_t>(left) << kIdBits | static_cast<std::uint64_t>(right);
  }
  static std::int32_t rank_in(std::uint64_t entry) noexcept {
    return static_cast<std::int32_t>(entry & ((1U << kRankBits) - 1));
  }
  struct Places {
    std::size_t first, second;
  };
  Places places(std::uint64_t pair) const noexcept {
    std::uint64_t hash = pair * 0x9E3779B97F4A7C15U;
    hash = (hash ^ hash >> 32) * 0xC2B2AE3D27D4EB4FU;
    return {static_cast<std::size_t>(hash >> 40) & mask_, static_cast<std::size_t>(hash >> 16) & mask_};
  }
  std::int32_t rank_in_crowd(std::uint64_t pair) const noexcept;
  void insert(std::uint64_t entry);

  std::vector<Merge> merges_;
  std::vector<std::uint64_t> entries_;  // pair, then rank
  std::vector<std::uint64_t> crowded_;  // those that found no place: hardly ever any
  std::size_t mask_ = 0;
  bool regular_ = true;  // every merge makes the id after the one before
  std::int32_t first_into_ = 0;
};

}  // namespace groel::bio
