// The ranks of all pairs of a piece are in a few vectors: the lowest is found by looking at all of them.
#include "bio/short_merge.h"

#include <array>
#include <bit>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bio/short_merge.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/simd_dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace groel::bio::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Tokens in a list, and of each the rank of the pair that it begins, with its place in the lowest bits: the smallest
// number says which pair is next and where the first such is.
class Piece {
 public:
  Piece(const MergeTable& table, std::int32_t* tokens, std::size_t count)
      : table_(table), tokens_(tokens), count_(count) {
    keys_.fill(MergeTable::kNone);
    for (std::size_t i = 0; i + 1 < count; ++i) keys_[i] = key(i, table.rank(tokens[i], tokens[i + 1]));
    for (std::size_t i = 0; i < kShortPiece; ++i) {
      next_[i] = static_cast<std::uint8_t>(i + 1);
      before_[i + 1] = static_cast<std::uint8_t>(i);
    }
  }

  std::size_t merge() {
    for (;;) {
      const std::int32_t least = smallest();
      if (held_back_ != 0 && least >> kPlaceBits != rank_) {
        finish_batch();
      } else if (least == MergeTable::kNone) {
        return pack();
      } else {
        rank_ = least >> kPlaceBits;
        merge_at(static_cast<std::size_t>(least) % kShortPiece);
      }
    }
  }

 private:
  static constexpr int kPlaceBits = 6;

  static std::int32_t key(std::size_t at, std::int32_t rank) {
    return rank == MergeTable::kNone ? rank : rank << kPlaceBits | static_cast<std::int32_t>(at);
  }

  std::int32_t smallest() const {
    const hn::CappedTag<std::int32_t, kShortPiece> tag;
    auto least = hn::Load(tag, keys_.data());
    for (std::size_t i = hn::Lanes(tag); i < count_; i += hn::Lanes(tag))
      least = hn::Min(least, hn::Load(tag, keys_.data() + i));
    return hn::GetLane(hn::MinOfLanes(tag, least));
  }

  // Pairs that come up meanwhile and are of a lower rank wait until this rank is merged everywhere.
  void rank_again(std::size_t at, std::size_t right) {
    const std::int32_t rank = right < count_ ? table_.rank(tokens_[at], tokens_[right]) : MergeTable::kNone;
    const bool early = rank < rank_;
    held_back_ |= static_cast<std::uint64_t>(early) << at;
    keys_[at] = early ? MergeTable::kNone : key(at, rank);
  }

  void merge_at(std::size_t at) {
    const std::size_t right = next_[at], after = next_[right];
    tokens_[at] = table_.into(rank_);
    next_[at] = static_cast<std::uint8_t>(after);
    before_[after] = static_cast<std::uint8_t>(at);
    keys_[right] = MergeTable::kNone;
    held_back_ &= ~(std::uint64_t{1} << right);
    rank_again(at, after);
    if (at > 0) rank_again(before_[at], at);
  }

  void finish_batch() {
    rank_ = -1;
    for (std::uint64_t left = std::exchange(held_back_, 0); left != 0; left &= left - 1) {
      const auto at = static_cast<std::size_t>(std::countr_zero(left));
      rank_again(at, next_[at]);
    }
  }

  std::size_t pack() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; i = next_[i]) tokens_[kept++] = tokens_[i];
    return kept;
  }

  const MergeTable& table_;
  std::int32_t* tokens_;
  std::size_t count_;
  std::int32_t rank_ = -1;
  std::uint64_t held_back_ = 0;  // places
  alignas(64) std::array<std::int32_t, kShortPiece> keys_;
  std::array<std::uint8_t, kShortPiece + 1> next_;
  std::array<std::uint8_t, kShortPiece + 1> before_;
};

std::size_t merge_piece(const MergeTable& table, std::int32_t* tokens, std::size_t count) {
  return Piece(table, tokens, count).merge();
}

}  // namespace
}  // namespace groel::bio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::bio {
GROEL_EXPORT(merge_piece);

ShortMerge* short_merge() { return GROEL_DISPATCH(merge_piece); }

}  // namespace groel::bio
#endif
