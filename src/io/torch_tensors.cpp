// Checks offsets, strides and sizes of torch tensors.
#include "io/torch_tensors.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>

#include "base/error.h"
#include "io/array_bytes.h"

namespace groel::io {
namespace {

constexpr std::uint64_t kCopyAllowance = 64'000'000;  // small tensors that were saved expanded (stride 0)

class Builder {
 public:
  Builder(const TorchHost& host, const StorageMap& storages, const std::string& label)
      : host_(host), storages_(storages), label_(label), copies_left_(kCopyAllowance) {
    for (const auto& [key, storage] : storages) copies_left_ += storage.bytes.size();
  }

  Array build(const TorchTensor& tensor, std::size_t index) {
    index_ = index;
    const StorageBytes storage = view_of(host_.storages()[tensor.storage]);
    const auto bytes = dense_bytes(tensor.shape, tensor.dtype);
    if (!bytes) fail("its shape is negative or too large");
    check_extent(tensor, storage.bytes.size() / size_of(tensor.dtype), *bytes == 0);
    Array array{tensor.dtype, tensor.shape, {}, storage.owner};
    if (*bytes == 0) return array;
    const std::size_t begin = static_cast<std::size_t>(tensor.offset) * size_of(tensor.dtype);
    if (!dense(tensor)) return copy(tensor, storage.bytes.subspan(begin), *bytes);
    array.bytes = storage.bytes.subspan(begin, static_cast<std::size_t>(*bytes));
    return aligned(std::move(array));
  }

 private:
  [[noreturn]] void fail(std::string what) const {
    throw Error(ErrorKind::bad_model, {std::move(what), fmt::format("{}: tensor {}", label_, index_), kDamaged});
  }

  StorageBytes view_of(const TorchStorage& storage) const {
    const auto found = storages_.find(storage.key);
    if (found == storages_.end()) fail(fmt::format("its data (storage {}) is not in the file", storage.key));
    const std::size_t size = size_of(storage.dtype);
    const auto& [bytes, owner] = found->second;
    if (bytes.size() % size != 0 || bytes.size() / size != static_cast<std::uint64_t>(storage.count))
      fail(fmt::format("storage {} should have {} elements of {}, but the file holds {} bytes", storage.key,
                       storage.count, name(storage.dtype), bytes.size()));
    return {bytes.subspan(static_cast<std::size_t>(storage.view_offset) * size,
                          static_cast<std::size_t>(storage.view_count) * size),
            owner};
  }

  /// The furthest element, computed without overflow, must lie in the storage.
  void check_extent(const TorchTensor& tensor, std::uint64_t available, bool empty) const {
    if (tensor.offset < 0 || static_cast<std::uint64_t>(tensor.offset) > available)
      fail("it starts outside its storage");
    if (empty) return;
    std::uint64_t left = available - static_cast<std::uint64_t>(tensor.offset);
    if (left == 0) fail("it starts outside its storage");
    --left;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
      if (tensor.strides[i] < 0) fail("it has a negative stride");
      const auto steps = static_cast<std::uint64_t>(tensor.shape[i] - 1);
      const auto stride = static_cast<std::uint64_t>(tensor.strides[i]);
      if (stride != 0 && steps > left / stride) fail("it reaches beyond its storage");
      left -= steps * stride;
    }
  }

  static bool dense(const TorchTensor& tensor) {
    std::int64_t expected = 1;
    for (std::size_t i = tensor.shape.size(); i-- > 0;) {
      if (tensor.shape[i] != 1 && tensor.strides[i] != expected) return false;
      expected *= tensor.shape[i];
    }
    return true;
  }

  Array copy(const TorchTensor& tensor, std::span<const std::byte> from, std::uint64_t bytes) {
    if (bytes > copies_left_) fail("it would be far larger than the data it is made of");
    copies_left_ -= bytes;
    auto memory = std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(bytes));
    const std::size_t size = size_of(tensor.dtype);
    std::vector<std::int64_t> at(tensor.shape.size(), 0);
    std::int64_t source = 0;
    for (std::size_t to = 0; to < memory->size(); to += size) {
      std::memcpy(memory->data() + to, from.data() + static_cast<std::size_t>(source) * size, size);
      for (std::size_t i = at.size(); i-- > 0;) {
        source += tensor.strides[i];
        if (++at[i] < tensor.shape[i]) break;
        source -= tensor.strides[i] * tensor.shape[i];
        at[i] = 0;
      }
    }
    const std::span<const std::byte> view = *memory;
    return {tensor.dtype, tensor.shape, view, std::move(memory)};
  }

  const TorchHost& host_;
  const StorageMap& storages_;
  const std::string& label_;
  std::uint64_t copies_left_;
  std::size_t index_ = 0;
};

}  // namespace

std::vector<Array> torch_arrays(const TorchHost& host, const StorageMap& storages, const std::string& label) {
  Builder builder(host, storages, label);
  std::vector<Array> arrays;
  for (std::size_t i = 0; i < host.tensors().size(); ++i) arrays.push_back(builder.build(host.tensors()[i], i));
  return arrays;
}

}  // namespace groel::io
