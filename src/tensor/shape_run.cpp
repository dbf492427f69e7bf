// Memory blocks without bytes, for runs that only count.
#include "tensor/shape_run.h"

namespace groel {
namespace {

thread_local ShapePool* t_pool = nullptr;

}  // namespace

std::shared_ptr<Storage> ShapePool::allocate(std::size_t bytes) {
  const std::size_t capacity = block_size(bytes);
  take(capacity);
  return std::shared_ptr<Storage>(new Storage(nullptr, bytes, capacity, Device::shape, shared_from_this()));
}

void ShapePool::drop(const Kept& kept) {
  for (std::size_t i = 0; i < kept.threads; ++i) give(block_size(kept.bytes));
}

void ShapePool::keep(std::string_view slot, std::size_t bytes, std::size_t threads) {
  Kept& kept = kept_[slot];
  if (kept.threads == threads && kept.bytes >= bytes) return;
  drop(kept);
  kept = {bytes, threads};
  for (std::size_t i = 0; i < threads; ++i) take(block_size(bytes));
}

void ShapePool::restart() {
  for (const auto& [slot, kept] : kept_) drop(kept);
  kept_.clear();
  blocks_.release([](Nothing) {});
}

ShapeRun::ShapeRun(ShapePool& pool) : before_(t_pool) { t_pool = &pool; }
ShapeRun::~ShapeRun() { t_pool = before_; }
ShapePool* ShapeRun::pool() noexcept { return t_pool; }

}  // namespace groel
