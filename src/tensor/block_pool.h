// Which blocks of a memory pool are in use and which wait to be used again: bookkeeping that pools share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>

#include "tensor/storage.h"

namespace groel {

/// Blocks start at such addresses, at least.
inline constexpr std::size_t kBlockAlignment = 64;

inline std::size_t round_up(std::size_t value, std::size_t step) { return (value + step - 1) / step * step; }

/// Blocks come in sizes of 1/8 steps of a power of two, so that batches of nearly equal size reuse each other's.
inline std::size_t block_size(std::size_t bytes) {
  std::size_t step = kBlockAlignment;
  while (step * 8 < bytes) step *= 2;
  return round_up(std::max<std::size_t>(bytes, 1), step);
}

/// Not for several threads at once.
template <class Block>
class BlockPool {
 public:
  /// The block of that capacity that came back last, which may still be in a cache; none: the caller has to make one.
  std::optional<Block> take(std::size_t capacity) {
    statistics_.live += capacity;
    statistics_.peak = std::max(statistics_.peak, statistics_.live);
    auto found = free_.upper_bound(capacity);
    if (found == free_.begin() || (--found)->first != capacity) {
      ++statistics_.allocations;
      return std::nullopt;
    }
    const Block block = found->second;
    free_.erase(found);
    statistics_.cached -= capacity;
    return block;
  }
  void give(Block block, std::size_t capacity) {
    statistics_.live -= capacity;
    statistics_.cached += capacity;
    free_.emplace(capacity, block);
  }
  /// The block that `take` asked for could not be made.
  void undo(std::size_t capacity) { statistics_.live -= capacity; }
  /// Calls free(block) for those that wait, and forgets them.
  template <class Free>
  void release(const Free& free) {
    for (const auto& [capacity, block] : free_) free(block);
    free_.clear();
    statistics_.cached = 0;
  }
  const MemoryStatistics& statistics() const { return statistics_; }
  void reset_peak() { statistics_.peak = statistics_.live; }

 private:
  std::multimap<std::size_t, Block> free_;
  MemoryStatistics statistics_;
};

}  // namespace groel
