// Fills the table of merges.
#include "bio/merge_table.h"

#include <algorithm>
#include <bit>

#include "base/error.h"

namespace groel::bio {

MergeTable::MergeTable(std::vector<Merge> merges) : merges_(std::move(merges)) {
  GROEL_REQUIRE(merges_.size() <= static_cast<std::size_t>(kMostTokens));
  const std::size_t slots = std::bit_ceil(std::max<std::size_t>(16, merges_.size() * 2));
  entries_.assign(slots, kEmpty);
  mask_ = slots - 1;
  shift_ = 64 - std::countr_zero(slots);
  for (std::size_t rank = 0; rank < merges_.size(); ++rank) {
    const Merge& merge = merges_[rank];
    GROEL_REQUIRE(merge.left >= 0 && merge.left < kMostTokens && merge.right >= 0 && merge.right < kMostTokens);
    const std::uint64_t pair = pair_of(merge.left, merge.right);
    std::size_t at = slot(pair);
    while (entries_[at] != kEmpty && entries_[at] >> kRankBits != pair) at = (at + 1) & mask_;
    entries_[at] = pair << kRankBits | rank;
  }
}

}  // namespace groel::bio
