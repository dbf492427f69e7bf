// Numbers of which the first smallest one is known at any time.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace groel::bio {

/// Blocks of 16 numbers, the smallest of each block, the smallest of 16 of those, and so on.
class MinimumTree {
 public:
  static constexpr std::int32_t kLargest = std::numeric_limits<std::int32_t>::max();

  /// That many numbers, all kLargest. Keeps memory.
  void resize(std::size_t count) {
    depth_ = 0;
    do {
      count = (count + kBlock - 1) / kBlock;
      if (levels_.size() <= depth_) levels_.emplace_back();
      levels_[depth_++].assign(count * kBlock, kLargest);
    } while (count > 1);
  }
  /// To write numbers; whoever has written some calls `build`, or `refresh` of each.
  std::int32_t* numbers() noexcept { return levels_[0].data(); }
  void build() noexcept {
    for (std::size_t level = 0; level + 1 < depth_; ++level)
      for (std::size_t block = 0; block * kBlock < levels_[level].size(); ++block)
        levels_[level + 1][block] = smallest_of(level, block);
  }
  /// After the number at `at` has changed.
  void refresh(std::size_t at) noexcept {
    for (std::size_t level = 0; level + 1 < depth_; ++level) {
      at /= kBlock;
      const std::int32_t least = smallest_of(level, at);
      if (levels_[level + 1][at] == least) return;
      levels_[level + 1][at] = least;
    }
  }
  std::int32_t smallest() const noexcept { return smallest_of(depth_ - 1, 0); }
  /// Where the first number of that size is, which is `smallest()`.
  std::size_t first(std::int32_t least) const noexcept {
    std::size_t at = 0;
    for (std::size_t level = depth_; level-- > 0;) {
      const std::int32_t* const from = levels_[level].data() + at * kBlock;
      at = at * kBlock + static_cast<std::size_t>(std::find(from, from + kBlock, least) - from);
    }
    return at;
  }
  static bool same_block(std::size_t a, std::size_t b) noexcept { return a / kBlock == b / kBlock; }

 private:
  static constexpr std::size_t kBlock = 16;

  std::int32_t smallest_of(std::size_t level, std::size_t block) const noexcept {
    const std::int32_t* const from = levels_[level].data() + block * kBlock;
    std::int32_t least = from[0];
    for (std::size_t i = 1; i < kBlock; ++i) least = std::min(least, from[i]);
    return least;
  }

  std::vector<std::vector<std::int32_t>> levels_;  // numbers, then blocks of blocks; all but the first `depth_` unused
  std::size_t depth_ = 0;
};

}  // namespace groel::bio
