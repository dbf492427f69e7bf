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

/// A contiguous, row-major, little-endian array; `owner` keeps `bytes` alive (a mapped file, or memory where the file
/// has the elements misaligned or strided). `bytes` is aligned to the element's size.
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
ArrayFile parse_safetensors(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                            const std::string& label);

/// Array to write: bytes are not copied.
struct ArrayView {
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Writes a safetensors file whole (temporary name, fsync, rename). Data starts 8-byte aligned; larger elements come
/// first, names in map order within a size, so that every tensor is aligned. Errors: io, not_found (the folder).
void write_safetensors(const std::filesystem::path& path, const std::map<std::string, ArrayView>& arrays,
                       const std::map<std::string, std::string>& metadata = {});

/// What `torch.save` wrote, zip or the older plain pickle stream. Tensors are in `root` as {"$tensor": index into
/// tensors}; dict, OrderedDict, list, tuple, set, str, numbers, bool and None as JSON (number keys as text, integers
/// over 64 bits as hexadecimal text, bytes as JSON binary); argparse.Namespace as an object; a torch dtype or device as
/// text. Tied tensors share their bytes.
struct TorchFile {
  nlohmann::json root;
  std::vector<Array> tensors;
};

/// Whether the zip form's CRC-32 of every tensor is compared (one pass over the file, on all threads) or left unread.
enum class Checksums { verify, skip };

/// Reads a torch file with a restricted unpickler: it builds tensors and plain containers and refuses every other
/// global (bad_model naming it). Non-contiguous tensors are copied to contiguous. Errors as read_safetensors, and
/// unsupported for element types that GroEL has not (complex, quantised, 8-bit floats) and for compressed archives.
TorchFile read_torch(const std::filesystem::path& path, Checksums checksums = Checksums::verify);
TorchFile parse_torch(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const std::string& label,
                      Checksums checksums = Checksums::verify);

}  // namespace groel::io
