// The host memory pool.
#include "tensor/storage.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include "base/error.h"

namespace groel {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

// AddressSanitizer sees the end of a piece only where each is an allocation of its own.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kShareBlocks = false;
#else
constexpr bool kShareBlocks = true;
#endif

std::size_t round_up(std::size_t value, std::size_t step) { return (value + step - 1) / step * step; }

// Blocks come in sizes of 1/8 steps of a power of two, so that batches of nearly equal size reuse each other's.
std::size_t block_size(std::size_t bytes) {
  std::size_t step = kAlignment;
  while (step * 8 < bytes) step *= 2;
  return round_up(std::max<std::size_t>(bytes, 1), step);
}

class HostPool {
 public:
  std::byte* take(std::size_t capacity) {
    {
      const std::scoped_lock lock(mutex_);
      statistics_.live += capacity;
      statistics_.peak = std::max(statistics_.peak, statistics_.live);
      if (const auto found = free_.find(capacity); found != free_.end()) {
        std::byte* block = found->second;
        free_.erase(found);
        statistics_.cached -= capacity;
        return block;
      }
      ++statistics_.allocations;
    }
    return allocate(capacity);
  }

  void give(std::byte* block, std::size_t capacity) {
    const std::scoped_lock lock(mutex_);
    statistics_.live -= capacity;
    statistics_.cached += capacity;
    free_.emplace(capacity, block);
  }

  void release() {
    const std::scoped_lock lock(mutex_);
    for (const auto& [capacity, block] : free_) std::free(block);
    free_.clear();
    statistics_.cached = 0;
  }

  MemoryStatistics statistics() {
    const std::scoped_lock lock(mutex_);
    return statistics_;
  }

  void reset_peak() {
    const std::scoped_lock lock(mutex_);
    statistics_.peak = statistics_.live;
  }

 private:
  std::byte* allocate(std::size_t capacity) {
    const std::size_t alignment = capacity >= kHugePage ? kHugePage : kAlignment;
    void* block = std::aligned_alloc(alignment, round_up(capacity, alignment));
    if (block == nullptr) {  // what is cached may be what is missing
      release();
      block = std::aligned_alloc(alignment, round_up(capacity, alignment));
    }
    if (block == nullptr) {
      const std::scoped_lock lock(mutex_);
      statistics_.live -= capacity;
      throw Error(ErrorKind::memory,
                  {fmt::format("cannot allocate {} bytes", capacity), {}, "lower --max-tokens, or lower --memory"});
    }
    if (capacity >= kHugePage) madvise(block, capacity, MADV_HUGEPAGE);
    return static_cast<std::byte*>(block);
  }

  std::mutex mutex_;
  std::multimap<std::size_t, std::byte*> free_;
  MemoryStatistics statistics_;
};

// Never destroyed: tensors with static lifetime may outlive any order of destruction.
HostPool& pool() {
  static HostPool* const instance = new HostPool;
  return *instance;
}

}  // namespace

std::shared_ptr<Storage> Storage::allocate(std::size_t bytes, Device device) {
  if (device != Device::cpu) throw Error(ErrorKind::unsupported, "this build has no CUDA backend");
  const std::size_t capacity = block_size(bytes);
  return std::shared_ptr<Storage>(new Storage(pool().take(capacity), bytes, capacity, device, nullptr));
}

std::shared_ptr<Storage> Storage::allocate_lasting(std::size_t bytes) {
  constexpr std::size_t kBlock = 8 * kHugePage;  // pages of it that nobody touches take no memory
  static std::mutex mutex;
  static std::weak_ptr<Storage> newest;
  static std::size_t used = 0;
  if (!kShareBlocks || bytes >= kHugePage) return allocate(bytes);
  const std::scoped_lock lock(mutex);
  std::shared_ptr<Storage> block = newest.lock();
  if (block == nullptr || used + bytes > kBlock) {
    block = allocate(kBlock);
    newest = block;
    used = 0;
  }
  std::byte* piece = block->data() + std::exchange(used, used + round_up(bytes, kAlignment));
  return borrow(piece, bytes, std::move(block));
}

std::shared_ptr<Storage> Storage::borrow(const std::byte* data, std::size_t bytes, std::shared_ptr<const void> owner) {
  GROEL_REQUIRE(owner != nullptr);
  return std::shared_ptr<Storage>(new Storage(const_cast<std::byte*>(data), bytes, 0, Device::cpu, std::move(owner)));
}

Storage::Storage(std::byte* data, std::size_t size, std::size_t capacity, Device device,
                 std::shared_ptr<const void> owner)
    : data_(data), size_(size), capacity_(capacity), device_(device), owner_(std::move(owner)) {}

Storage::~Storage() {
  if (owner_ == nullptr) pool().give(data_, capacity_);
}

MemoryStatistics memory_statistics() { return pool().statistics(); }
void reset_peak_memory() { pool().reset_peak(); }
void release_cached_memory() { pool().release(); }

}  // namespace groel
