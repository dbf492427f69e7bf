// Lists tensors by the header of each format.
#include "io/tensor_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/mapped_file.h"
#include "io/array_bytes.h"
#include "io/checkpoint_files.h"
#include "io/gguf.h"
#include "io/npz.h"
#include "io/safetensors_header.h"
#include "io/zip_reader.h"

namespace groel::io {
namespace {

namespace fs = std::filesystem;

struct Source {
  std::shared_ptr<const MappedFile> file;
  std::string label;

  std::span<const std::byte> bytes() const { return file->bytes(); }
  std::optional<std::uint64_t> offset_of(std::span<const std::byte> part) const {
    const auto whole = bytes();
    if (part.empty() || part.data() < whole.data() || part.data() >= whole.data() + whole.size()) return std::nullopt;
    return static_cast<std::uint64_t>(part.data() - whole.data());
  }
  TensorRow row(std::string name, const Array& array) const {
    return {std::move(name),
            std::string(groel::name(array.dtype)),
            array.shape,
            array.bytes.size(),
            offset_of(array.bytes),
            file->path(),
            array};
  }
};

TensorList of_safetensors(const Source& source) {
  ArrayFile read = parse_safetensors(source.bytes(), source.file, source.label);
  const auto length = read_little<std::uint64_t>(source.bytes(), 0);
  const std::string_view text(reinterpret_cast<const char*>(source.bytes().data()) + sizeof length, length);
  TensorList out{"safetensors", std::move(read.metadata), {}};
  for (const SafetensorsEntry& entry : parse_safetensors_header(text, source.label).entries) {
    out.rows.push_back(source.row(entry.name, read.arrays.at(entry.name)));
    out.rows.back().offset = sizeof length + length + entry.begin;
  }
  return out;
}

// Tensors under the path of their names; elements of lists under their numbers.
void walk(const nlohmann::json& node, const std::string& path, const TorchFile& torch, const Source& source,
          TensorList& out) {
  if (!node.is_structured()) return;
  if (node.is_object() && node.contains("$tensor"))
    return out.rows.push_back(source.row(path, torch.tensors.at(node["$tensor"].get<std::size_t>())));
  for (const auto& [name, child] : node.items())
    walk(child, path.empty() ? name : fmt::format("{}.{}", path, name), torch, source, out);
}

TensorList of_torch(const Source& source) {
  TensorList out{"PyTorch", nlohmann::json::object(), {}};
  const TorchFile torch = parse_torch(source.bytes(), source.file, source.label, Checksums::skip);
  walk(torch.root, {}, torch, source, out);
  return out;
}

TensorList of_npz(const Source& source) {
  TensorList out{"NPZ", nlohmann::json::object(), {}};
  NpzFile npz = parse_npz(source.bytes(), source.file, source.label);
  const ZipReader zip(source.bytes(), source.label);
  for (const auto& [name, array] : npz.arrays) {
    out.rows.push_back(source.row(name, array));
    const auto* entry = zip.find(name + ".npy");  // its numbers are the end of it
    if (entry == nullptr || entry->bytes.size() < array.bytes.size()) continue;
    out.rows.back().offset = source.offset_of(entry->bytes.last(array.bytes.size()));
  }
  for (const auto& [name, texts] : npz.texts)
    out.rows.push_back({name, "text", {static_cast<std::int64_t>(texts.size())}, {}, {}, source.file->path(), {}});
  return out;
}

TensorList of_gguf(const Source& source) {
  GgufHeader header = parse_gguf_header(source.bytes(), source.label);
  TensorList out{"GGUF", std::move(header.metadata), {}};
  for (const GgufTensor& tensor : header.tensors) {
    const auto& type = tensor.type;
    TensorRow row{tensor.name, std::string(type.name), tensor.shape, {}, tensor.offset, source.file->path(), {}};
    if (type.block_bytes > 0) row.bytes = tensor.bytes;
    if (type.dtype) {
      row.dtype = name(*type.dtype);
      row.array =
          aligned({*type.dtype, tensor.shape, source.bytes().subspan(tensor.offset, tensor.bytes), source.file});
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

bool is_torch_archive(const Source& source) {
  const ZipReader zip(source.bytes(), source.label);
  return std::any_of(zip.entries().begin(), zip.entries().end(),
                     [](const auto& entry) { return entry.first.ends_with("/data.pkl"); });
}

TensorList of_file(const fs::path& path) {
  const Source source{MappedFile::open(path), path.string()};
  const auto bytes = source.bytes();
  if (is_gguf(bytes)) return of_gguf(source);
  if (bytes.size() >= 4 && read_little<std::uint32_t>(bytes, 0) == 0x04034b50)
    return is_torch_archive(source) ? of_torch(source) : of_npz(source);
  if (!bytes.empty() && bytes[0] == std::byte{0x80} && (bytes.size() < 9 || bytes[8] != std::byte{'{'}))
    return of_torch(source);
  return of_safetensors(source);
}

}  // namespace

TensorList list_tensors(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return of_file(path);
  TensorList out;
  for (const fs::path& file : weight_files(path)) {
    TensorList one = of_file(file);
    out.format = one.format;
    out.metadata.update(one.metadata);
    out.rows.insert(out.rows.end(), std::make_move_iterator(one.rows.begin()), std::make_move_iterator(one.rows.end()));
  }
  return out;
}

}  // namespace groel::io
