// Counts the memory that a pass on data would take, by the same pass on tensors without data (Device::shape).
#pragma once

#include <map>
#include <memory>
#include <string_view>

#include "tensor/block_pool.h"

namespace groel {

/// What the host's pool would hold, were the tensors of a ShapeRun on the host. For one thread at a time.
class ShapePool : public std::enable_shared_from_this<ShapePool> {
 public:
  std::shared_ptr<Storage> allocate(std::size_t bytes);
  /// Memory that each of `threads` threads keeps between calls of an operator (ops/scratch.h), by the operator's name.
  void keep(std::string_view slot, std::size_t bytes, std::size_t threads);
  /// Forgets what threads keep, and what waits to be used again.
  void restart();
  MemoryStatistics statistics() const { return blocks_.statistics(); }
  /// Bytes that the system would have lent at most since `restart`: nothing is given back in between.
  std::size_t held() const { return statistics().live + statistics().cached; }

 private:
  friend class Storage;
  void take(std::size_t capacity) { blocks_.take(capacity); }
  void give(std::size_t capacity) { blocks_.give({}, capacity); }

  struct Nothing {};
  BlockPool<Nothing> blocks_;
  struct Kept {
    std::size_t bytes = 0;
    std::size_t threads = 0;
  };
  void drop(const Kept& kept);
  std::map<std::string_view, Kept> kept_;
};

/// While it lives, storages that this thread makes on Device::shape count in `pool`. Without one they count nowhere, as
/// weights do that are there before a pass.
class ShapeRun {
 public:
  explicit ShapeRun(ShapePool& pool);
  ~ShapeRun();
  ShapeRun(const ShapeRun&) = delete;
  ShapeRun& operator=(const ShapeRun&) = delete;
  /// This thread's; nullptr where there is none.
  static ShapePool* pool() noexcept;

 private:
  ShapePool* before_;
};

}  // namespace groel
