// Byte-pair merging over a linked list of tokens and a tree of the ranks of their pairs.
#include "bio/merger.h"

namespace groel::bio {
namespace {

constexpr std::int32_t kGone = -2;  // merged into the token before

}  // namespace

void Merger::start(std::string_view piece) {
  const std::size_t count = piece.size();
  tokens_.resize(count);
  next_.resize(count);
  before_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    tokens_[i] = bytes_[static_cast<unsigned char>(piece[i])];
    next_[i] = static_cast<std::uint32_t>(i + 1);
    before_[i] = static_cast<std::uint32_t>(i - 1);  // of the first: never asked for
  }
  ranks_.resize(count);
  std::int32_t* const ranks = ranks_.numbers();
  for (std::size_t i = 0; i + 1 < count; ++i) ranks[i] = table_.rank(tokens_[i], tokens_[i + 1]);
  ranks_.build();
}

// Of the pair that begins at `at`; those that would come before the rank being merged wait.
void Merger::rank_again(std::size_t at, std::int32_t above) {
  const std::size_t right = next_[at];
  std::int32_t rank = right < tokens_.size() ? table_.rank(tokens_[at], tokens_[right]) : MergeTable::kNone;
  if (rank < above) {
    held_back_.push_back(at);
    rank = MergeTable::kNone;
  }
  ranks_.numbers()[at] = rank;
}

void Merger::merge_at(std::size_t at, std::int32_t rank) {
  const std::size_t right = next_[at], after = next_[right];
  tokens_[at] = table_.into(rank);
  tokens_[right] = kGone;
  next_[at] = static_cast<std::uint32_t>(after);
  if (after < tokens_.size()) before_[after] = static_cast<std::uint32_t>(at);
  ranks_.numbers()[right] = MergeTable::kNone;
  rank_again(at, rank);
  ranks_.refresh(at);
  if (!MinimumTree::same_block(at, right)) ranks_.refresh(right);
  if (at == 0) return;
  const std::size_t before = before_[at];
  rank_again(before, rank);
  ranks_.refresh(before);
}

void Merger::finish_batch() {
  for (const std::size_t at : held_back_)
    if (tokens_[at] != kGone) {
      rank_again(at, 0);
      ranks_.refresh(at);
    }
  held_back_.clear();
}

void Merger::merge_long(std::string_view piece, std::vector<std::int32_t>& ids) {
  start(piece);
  for (std::int32_t rank = ranks_.smallest(); rank != MergeTable::kNone; rank = ranks_.smallest()) {
    do merge_at(ranks_.first(rank), rank);
    while (ranks_.smallest() == rank);
    if (!held_back_.empty()) finish_batch();
  }
  for (std::size_t i = 0; i < piece.size(); i = next_[i]) ids.push_back(tokens_[i]);
}

void Merger::merge_short(std::string_view piece, std::vector<std::int32_t>& ids) const {
  std::array<std::int32_t, kShortPiece> tokens;
  for (std::size_t i = 0; i < piece.size(); ++i) tokens[i] = bytes_[static_cast<unsigned char>(piece[i])];
  const std::size_t count = short_merge_(table_, tokens.data(), piece.size());
  ids.insert(ids.end(), tokens.data(), tokens.data() + count);
}

void Merger::merge(std::string_view piece, std::vector<std::int32_t>& ids) {
  if (piece.size() == 1)
    ids.push_back(bytes_[static_cast<unsigned char>(piece[0])]);
  else if (piece.size() <= kShortPiece)
    merge_short(piece, ids);
  else
    merge_long(piece, ids);
}

}  // namespace groel::bio
