// Named arrays read from a file: safetensors, torch files, NPY/NPZ.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/dtype.h"

namespace groel::io {

/// A contiguous, row-major, little-endian array; `owner` keeps `bytes` alive (usually a mapped file).
struct Array {
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

using ArrayMap = std::map<std::string, Array>;

/// Arrays by name, and what else the file says.
struct ArrayFile {
  ArrayMap arrays;
  nlohmann::json metadata = nlohmann::json::object();
};

/// A safetensors file, mapped. Errors (naming file and tensor): not_found, io; bad_model when the header is truncated,
/// over 100 MB, not JSON, or an entry's offsets overlap, leave gaps, leave the file or disagree with shape and dtype.
ArrayFile read_safetensors(const std::filesystem::path& path);
/// Same from bytes already in memory (`owner` keeps them alive); `label` names them in errors.
ArrayFile parse_safetensors(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const std::string& label);

/// Array to write: bytes are not copied.
struct ArrayView {
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Writes a safetensors file whole (temporary name, fsync, rename). Names in map order; data 8-byte aligned.
void write_safetensors(const std::filesystem::path& path, const std::map<std::string, ArrayView>& arrays,
                       const std::map<std::string, std::string>& metadata = {});

/// What `torch.save` wrote, zip or the older plain pickle stream. Tensors stand in `root` as {"$tensor": index into
/// tensors}; dict, OrderedDict, list, tuple, str, numbers, bool and None as JSON; argparse.Namespace as an object.
struct TorchFile {
  nlohmann::json root;
  std::vector<Array> tensors;
};

/// Reads a torch file with a restricted unpickler: it builds tensors and plain containers and refuses every other
/// global (bad_model naming it). Non-contiguous tensors are copied to contiguous. Errors as read_safetensors.
TorchFile read_torch(const std::filesystem::path& path);
TorchFile parse_torch(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const std::string& label);

}  // namespace groel::io
