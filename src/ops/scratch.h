// Working memory that a thread keeps between calls, so that repeated calls allocate nothing.
#pragma once

#include "tensor/storage.h"

namespace groel::ops {

/// Grows and never shrinks; declare it thread_local. Contents do not survive `bytes`.
class Scratch {
 public:
  std::byte* bytes(std::size_t count) {
    if (storage_ == nullptr || storage_->size() < count) {
      storage_.reset();
      storage_ = Storage::allocate(count);
    }
    return storage_->data();
  }
  float* floats(std::size_t count) { return reinterpret_cast<float*>(bytes(count * sizeof(float))); }

 private:
  std::shared_ptr<Storage> storage_;
};

}  // namespace groel::ops
