// A list of where files are mapped in memory, in a form that a signal handler may read.
#pragma once

#include <atomic>
#include <cstddef>
#include <span>

namespace groel {

/// A list that only grows; entries are used again. Callers of add and remove hold one lock.
struct MappedRanges {
  struct Range {
    std::atomic<const std::byte*> begin{nullptr};  // null: free
    std::atomic<const std::byte*> end{nullptr};
    std::atomic<const char*> path{nullptr};
    Range* next = nullptr;
  };
  /// `path` must stay where it is until the range is removed.
  static Range* add(std::span<const std::byte> bytes, const char* path);
  static void remove(Range* range) noexcept { range->begin = nullptr; }
  /// The path of the file that is mapped there; null where none is.
  static const char* path_at(const void* address) noexcept;
};

}  // namespace groel
