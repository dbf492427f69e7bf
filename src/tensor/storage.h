// Memory shared by tensors, with reference counts: from a device's pool, or owned by others (a mapped file).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace groel {

/// `shape` is no memory at all: tensors there have a shape and no data, and are counted (tensor/shape_run.h).
enum class Device : std::uint8_t { cpu, cuda, shape };

class ShapePool;
struct MemoryStatistics;

/// Host memory for tensors, which it keeps to lend again: the process's own, or a session's. Tensors may outlive it.
class MemoryPool {
 public:
  static std::shared_ptr<MemoryPool> make();
  /// Of the work that this thread does (base/work.h).
  static MemoryPool& current() noexcept;
  virtual ~MemoryPool() = default;
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  virtual MemoryStatistics statistics() = 0;
  /// Starts a new measurement of the peak from what is alive now.
  virtual void reset_peak() = 0;
  /// Gives unused blocks back to the system.
  virtual void release() = 0;

 protected:
  MemoryPool() = default;
};

/// A run of bytes on a device. Host allocations are 64-byte aligned, uninitialised, and go back to a pool when the last
/// reference goes, so that a steady state allocates nothing.
class Storage {
 public:
  /// New memory. Errors: memory (the system has no more), unsupported (no such device in this build).
  static std::shared_ptr<Storage> allocate(std::size_t bytes, Device device = Device::cpu);
  /// New memory for what stays long, as packed weights: small pieces are cut from one block on huge pages (a page fault
  /// each 4 KiB takes longer than packing them), which goes back to the pool with the last of them. Errors: as above.
  static std::shared_ptr<Storage> allocate_lasting(std::size_t bytes);
  /// Memory owned by `owner` (a MappedFile, a vector); must not be written to when `owner` is read-only.
  static std::shared_ptr<Storage> borrow(const std::byte* data, std::size_t bytes, std::shared_ptr<const void> owner);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  /// Host pointers. Errors: internal, when the memory is not the host's.
  std::byte* data() {
    if (device_ != Device::cpu) refuse_host_access();
    return data_;
  }
  const std::byte* data() const {
    if (device_ != Device::cpu) refuse_host_access();
    return data_;
  }
  std::size_t size() const noexcept { return size_; }
  Device device() const noexcept { return device_; }
  bool read_only() const noexcept { return device_ == Device::cpu && capacity_ == 0; }

 private:
  friend class ShapePool;
  [[noreturn]] static void refuse_host_access();
  Storage(std::byte* data, std::size_t size, std::size_t capacity, Device device, std::shared_ptr<const void> owner);
  std::byte* data_;
  std::size_t size_;
  std::size_t capacity_;  // of a block of a pool; 0: somebody else's memory
  Device device_;
  std::shared_ptr<const void> owner_;  // the pool, or who owns the memory
};

/// Bytes of a pool's tensors alive now, their highest so far, and bytes it keeps for reuse; how many blocks it has
/// taken from the system.
struct MemoryStatistics {
  std::size_t live = 0;
  std::size_t peak = 0;
  std::size_t cached = 0;
  std::size_t allocations = 0;
};
/// Of the current pool, as its members of that name.
inline MemoryStatistics memory_statistics() { return MemoryPool::current().statistics(); }
inline void reset_peak_memory() { MemoryPool::current().reset_peak(); }
inline void release_cached_memory() { MemoryPool::current().release(); }

}  // namespace groel
