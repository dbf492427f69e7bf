// Which pairs of tokens merge, in what order, and into what.
#pragma once

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

/// Looked up by pair: a table with open addresses, eight bytes an entry, so that of 50,000 merges most stays in a
/// core's own cache.
class MergeTable {
 public:
  /// No pair merges at this rank.
  static constexpr std::int32_t kNone = std::numeric_limits<std::int32_t>::max();
  /// Ids are below this, and so are ranks.
  static constexpr std::int32_t kMostTokens = 1 << 20;

  MergeTable() : MergeTable(std::vector<Merge>{}) {}
  /// The first merges first; of a pair that comes twice the later counts, as in Transformers.
  explicit MergeTable(std::vector<Merge> merges);

  /// The rank of a pair, or kNone; so too for ids that are below zero.
  std::int32_t rank(std::int32_t left, std::int32_t right) const noexcept {
    if ((left | right) < 0) return kNone;
    const std::uint64_t pair = pair_of(left, right);
    for (std::size_t at = slot(pair);; at = (at + 1) & mask_) {
      const std::uint64_t entry = entries_[at];
      if (entry >> kRankBits == pair) return static_cast<std::int32_t>(entry & ((1U << kRankBits) - 1));
      if (entry == kEmpty) return kNone;
    }
  }
  std::int32_t into(std::int32_t rank) const noexcept { return merges_[static_cast<std::size_t>(rank)].into; }
  std::span<const Merge> merges() const noexcept { return merges_; }

 private:
  static constexpr int kIdBits = 20, kRankBits = 24;
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  static std::uint64_t pair_of(std::int32_t left, std::int32_t right) noexcept {
    return static_cast<std::uint64_t>(left) << kIdBits | static_cast<std::uint64_t>(right);
  }
  std::size_t slot(std::uint64_t pair) const noexcept {
    return static_cast<std::size_t>(pair * 0x9E3779B97F4A7C15U >> shift_);
  }

  std::vector<Merge> merges_;
  std::vector<std::uint64_t> entries_;  // pair, then rank
  std::size_t mask_ = 0;
  int shift_ = 0;
};

}  // namespace groel::bio
