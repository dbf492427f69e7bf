// Writes safetensors: the header first, padded with spaces so that the data starts 8-byte aligned.
#include "base/atomic_file.h"
#include "base/error.h"
#include "io/array_bytes.h"
#include "io/safetensors_header.h"

namespace groel::io {
namespace {

constexpr std::size_t kSafetensorsAlignment = 8;

void check(const std::string& name, const ArrayView& array) {
  const auto expected = dense_bytes(array.shape, array.dtype);
  GROEL_REQUIRE(expected && *expected == array.bytes.size());
  GROEL_REQUIRE(name != "__metadata__");
}

/// Larger elements first, names in order within a size: every tensor is then aligned to its element without gaps,
/// which the format forbids.
std::vector<const std::pair<const std::string, ArrayView>*> by_alignment(
    const std::map<std::string, ArrayView>& arrays) {
  std::vector<const std::pair<const std::string, ArrayView>*> order;
  for (const std::size_t size : {8, 4, 2, 1})
    for (const auto& entry : arrays)
      if (size_of(entry.second.dtype) == size) order.push_back(&entry);
  GROEL_REQUIRE(order.size() == arrays.size());
  return order;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const std::map<std::string, ArrayView>& arrays,
                       const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  const auto order = by_alignment(arrays);
  std::uint64_t offset = 0;
  for (const auto* entry : order) {
    const auto& [name, array] = *entry;
    check(name, array);
    header[name] = {{"dtype", safetensors_name(array.dtype)},
                    {"shape", array.shape},
                    {"data_offsets", {offset, offset + array.bytes.size()}}};
    offset += array.bytes.size();
  }
  std::string text = header.dump();
  text.append((kSafetensorsAlignment - text.size() % kSafetensorsAlignment) % kSafetensorsAlignment, ' ');
  const std::uint64_t length = text.size();
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(std::as_bytes(std::span(text)));
  for (const auto* entry : order) file.write(entry->second.bytes);
  file.commit();
}

}  // namespace groel::io
