// The memory pools of the host.
#include "tensor/storage.h"

#include <sys/mman.h>

#include <cstdlib>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "base/work.h"
#include "tensor/shape_run.h"

namespace groel {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

// AddressSanitizer sees the end of a piece only where each is an allocation of its own.
#if defined(GROEL_SANITIZED)
constexpr bool kShareBlocks = false;
#else
constexpr bool kShareBlocks = true;
#endif

// The newest block that small lasting pieces are cut from.
struct LastingBlock {
  std::mutex mutex;
  std::weak_ptr<Storage> storage;
  std::size_t used = 0;
};

class HostPool final : public MemoryPool, public std::enable_shared_from_this<HostPool> {
 public:
  ~HostPool() override {
    blocks_.release([](std::byte* block) { std::free(block); });
  }

  static HostPool& here() { return static_cast<HostPool&>(MemoryPool::current()); }

  /// What keeps the pool alive while a block of it is out; nothing for the process's own, which is never destroyed.
  std::shared_ptr<const void> owner() {
    std::shared_ptr<HostPool> shared = weak_from_this().lock();
    return shared ? std::shared_ptr<const void>(std::move(shared))
                  : std::shared_ptr<const void>(std::shared_ptr<const void>(), this);
  }

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

  void release() override {
    const std::scoped_lock lock(mutex_);
    blocks_.release([](std::byte* block) { std::free(block); });
  }

  MemoryStatistics statistics() override {
    const std::scoped_lock lock(mutex_);
    return blocks_.statistics();
  }

  void reset_peak() override {
    const std::scoped_lock lock(mutex_);
    blocks_.reset_peak();
  }

  LastingBlock& lasting() noexcept { return lasting_; }

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
                  {fmt::format("cannot allocate {} bytes", capacity), {}, "lower `max_tokens`, or lower `memory`"});
    }
    if (capacity >= kHugePage) madvise(block, capacity, MADV_HUGEPAGE);
    return static_cast<std::byte*>(block);
  }

  std::mutex mutex_;
  BlockPool<std::byte*> blocks_;
  LastingBlock lasting_;
};

}  // namespace

std::shared_ptr<MemoryPool> MemoryPool::make() { return std::make_shared<HostPool>(); }

MemoryPool& MemoryPool::current() noexcept {
  if (MemoryPool* const pool = work_context().memory) return *pool;
  static auto* const own = new HostPool;  // never destroyed: tensors with static lifetime may outlive any order
  return *own;
}

std::shared_ptr<Storage> Storage::allocate(std::size_t bytes, Device device) {
  if (device == Device::cuda) throw Error(ErrorKind::unsupported, "this build has no CUDA backend");
  if (device == Device::shape) {
    if (ShapePool* const counting = ShapeRun::pool()) return counting->allocate(bytes);
    return std::shared_ptr<Storage>(new Storage(nullptr, bytes, 0, device, nullptr));
  }
  const std::size_t capacity = block_size(bytes);
  HostPool& pool = HostPool::here();
  return std::shared_ptr<Storage>(new Storage(pool.take(capacity), bytes, capacity, device, pool.owner()));
}

std::shared_ptr<Storage> Storage::allocate_lasting(std::size_t bytes) {
  constexpr std::size_t kBlock = 8 * kHugePage;  // pages of it that nobody touches take no memory
  if (!kShareBlocks || bytes >= kHugePage) return allocate(bytes);
  LastingBlock& last = HostPool::here().lasting();
  const std::scoped_lock lock(last.mutex);
  std::shared_ptr<Storage> block = last.storage.lock();
  if (block == nullptr || last.used + bytes > kBlock) {
    block = allocate(kBlock);
    last.storage = block;
    last.used = 0;
  }
  std::byte* piece = block->data() + std::exchange(last.used, last.used + round_up(bytes, kBlockAlignment));
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
  if (device_ == Device::cpu && capacity_ > 0)
    static_cast<HostPool*>(const_cast<void*>(owner_.get()))->give(data_, capacity_);
  if (device_ == Device::shape && owner_ != nullptr)
    static_cast<ShapePool*>(const_cast<void*>(owner_.get()))->give(capacity_);
}

void Storage::refuse_host_access() {
  throw Error(ErrorKind::internal, "host access to a tensor that is not on the host");
}

}  // namespace groel
