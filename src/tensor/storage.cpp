// The host memory pool.
#include "tensor/storage.h"

#include <sys/mman.h>

#include <cstdlib>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "tensor/shape_run.h"

namespace groel {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

// AddressSanitizer sees the end of a piece only where each is an allocation of its own.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kShareBlocks = false;
#else
constexpr bool kShareBlocks = true;
#endif

class HostPool {
 public:
  std::byte* take(std::size_t capacity) {
    {
      const std::scoped_lock lock(mutex_);
      if (const auto block = blocks_.take(capacity)) return *block;
    }
    return allocate(capacity);
  }

  void give(std::byte* block, std::size_t capacity) {
    const std::scoped_lock lock(mutex_);
    blocks_.give(block, capacity);
  }

  void release() {
    const std::scoped_lock lock(mutex_);
    blocks_.release([](std::byte* block) { std::free(block); });
  }

  MemoryStatistics statistics() {
    const std::scoped_lock lock(mutex_);
    return blocks_.statistics();
  }

  void reset_peak() {
    const std::scoped_lock lock(mutex_);
    blocks_.reset_peak();
  }

 private:
  std::byte* allocate(std::size_t capacity) {
    const std::size_t alignment = capacity >= kHugePage ? kHugePage : kBlockAlignment;
    void* block = std::aligned_alloc(alignment, round_up(capacity, alignment));
    if (block == nullptr) {  // what is cached may be what is missing
      release();
      block = std::aligned_alloc(alignment, round_up(capacity, alignment));
    }
    if (block == nullptr) {
      const std::scoped_lock lock(mutex_);
      blocks_.undo(capacity);
      throw Error(ErrorKind::memory,
                  {fmt::format("cannot allocate {} bytes", capacity), {}, "lower --max-tokens, or lower --memory"});
    }
    if (capacity >= kHugePage) madvise(block, capacity, MADV_HUGEPAGE);
    return static_cast<std::byte*>(block);
  }

  std::mutex mutex_;
  BlockPool<std::byte*> blocks_;
};

// Never destroyed: tensors with static lifetime may outlive any order of destruction.
HostPool& pool() {
  static HostPool* const instance = new HostPool;
  return *instance;
}

}  // namespace

std::shared_ptr<Storage> Storage::allocate(std::size_t bytes, Device device) {
  if (device == Device::cuda) throw Error(ErrorKind::unsupported, "this build has no CUDA backend");
  if (device == Device::shape) {
    if (ShapePool* const counting = ShapeRun::pool()) return counting->allocate(bytes);
    return std::shared_ptr<Storage>(new Storage(nullptr, bytes, 0, device, nullptr));
  }
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
  std::byte* piece = block->data() + std::exchange(used, used + round_up(bytes, kBlockAlignment));
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
  if (device_ == Device::cpu && owner_ == nullptr) pool().give(data_, capacity_);
  if (device_ == Device::shape && owner_ != nullptr)
    static_cast<ShapePool*>(const_cast<void*>(owner_.get()))->give(capacity_);
}

void Storage::refuse_host_access() {
  throw Error(ErrorKind::internal, "host access to a tensor that is not on the host");
}

MemoryStatistics memory_statistics() { return pool().statistics(); }
void reset_peak_memory() { pool().reset_peak(); }
void release_cached_memory() { pool().release(); }

}  // namespace groel
