// Turns what a torch file's pickle says about tensors into arrays, checked against the bytes of their storages.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/arrays.h"
#include "io/torch_unpickle.h"

namespace groel::io {

/// The bytes of one storage key.
struct StorageBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

using StorageMap = std::map<std::string, StorageBytes, std::less<>>;

/// One array per tensor, in order: a view of its storage where the elements lie densely, else a copy (all copies
/// together at most the storages' bytes and 64 MB more). Errors: bad_model when a storage is absent or of another size
/// than the pickle says, or a tensor leaves its storage.
std::vector<Array> torch_arrays(const TorchHost& host, const StorageMap& storages, const std::string& label);

}  // namespace groel::io
