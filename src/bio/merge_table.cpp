// Fills the table of merges.
#include "bio/merge_table.h"

#include <bit>
#include <unordered_map>

#include "base/error.h"

namespace groel::bio {

MergeTable::MergeTable(std::vector<Merge> merges) : merges_(std::move(merges)) {
  GROEL_REQUIRE(merges_.size() <= static_cast<std::size_t>(kMostTokens));
  const std::size_t slots = std::bit_ceil(std::max<std::size_t>(16, merges_.size() * 2));
  entries_.assign(slots, kEmpty);
  mask_ = slots - 1;
  first_into_ = merges_.empty() ? 0 : merges_.front().into;
  std::unordered_map<std::uint64_t, std::size_t> last;
  for (std::size_t rank = 0; rank < merges_.size(); ++rank) {
    const Merge& merge = merges_[rank];
    GROEL_REQUIRE(merge.left >= 0 && merge.left < kMostTokens && merge.right >= 0 && merge.right < kMostTokens);
    last[pair_of(merge.left, merge.right)] = rank;
    regular_ = regular_ && merge.into == first_into_ + static_cast<std::int32_t>(rank);
  }
  for (const auto& [pair, rank] : last) insert(pair << kRankBits | rank);
}

// Whatever is at the place moves to its other one.
void MergeTable::insert(std::uint64_t entry) {
  constexpr int kMoves = 200;
  std::size_t at = places(entry >> kRankBits).first;
  for (int move = 0; move < kMoves; ++move) {
    std::swap(entry, entries_[at]);
    if (entry == kEmpty) return;
    const Places both = places(entry >> kRankBits);
    at = at == both.first ? both.second : both.first;
  }
  crowded_.push_back(entry);
}

std::int32_t MergeTable::rank_in_crowd(std::uint64_t pair) const noexcept {
  for (const std::uint64_t entry : crowded_)
    if (entry >> kRankBits == pair) return rank_in(entry);
  return kNone;
}

}  // namespace groel::bio
