// Sizes checked for overflow, alignment, and error texts of array files.
#include "io/array_bytes.h"

#include <fmt/format.h>

#include <bit>
#include <limits>
#include <string_view>

namespace groel::io {

static_assert(std::endian::native == std::endian::little, "arrays are mapped as they are on disk");

std::optional<std::uint64_t> dense_bytes(const std::vector<std::int64_t>& shape, DType dtype) {
  constexpr auto kLimit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t bytes = size_of(dtype);
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) return std::nullopt;
    if (size == 0) empty = true;
    if (size > 0 && bytes > kLimit / static_cast<std::uint64_t>(size)) return std::nullopt;
    if (size > 0) bytes *= static_cast<std::uint64_t>(size);
  }
  return empty ? 0 : bytes;
}

Array aligned(Array array) {
  if (reinterpret_cast<std::uintptr_t>(array.bytes.data()) % size_of(array.dtype) == 0) return array;
  auto copy = std::make_shared<std::vector<std::byte>>(array.bytes.begin(), array.bytes.end());
  array.bytes = *copy;
  array.owner = std::move(copy);
  return array;
}

std::string foreign_hint(std::span<const std::byte> bytes) {
  struct Row {
    std::string_view start;
    const char* hint;
  };
  static constexpr Row kRows[] = {
      {"version https://git-lfs", "it is a Git LFS pointer, not the weights: fetch them with `git lfs pull`"},
      {"<", "it is a web page or XML, not a checkpoint: the download went wrong"},
      {"\x89HDF", "it is an HDF5 file (a TensorFlow checkpoint?): use the safetensors or PyTorch weights"},
      {"PK\x03\x04", "it is a zip archive (a PyTorch file?): check its name"},
      {"\x1f\x8b", "it is compressed with gzip: decompress it first"},
      {"GGUF", "it is a GGUF file: check its name, which should end in .gguf"},
      {"\x93NUMPY", "it is a NumPy file, not a checkpoint"},
      {"\x80\x02", "it is a Python pickle (an older PyTorch file?): check its name"},
  };
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const Row& row : kRows)
    if (text.starts_with(row.start)) return row.hint;
  if (text.size() > 9 && text[8] == '{') return "it looks like a safetensors file: check its name";
  return text.empty() ? "the file is empty: fetch or copy it again" : "";
}

std::string list_names(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 8;
  const auto shown = std::vector<std::string>(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
  const std::string list = fmt::format("{}", fmt::join(shown, ", "));
  return names.size() > kShown ? fmt::format("{} and {} more", list, names.size() - kShown) : list;
}

bool valid_utf8(std::string_view text) noexcept {
  static constexpr std::uint32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};  // by number of bytes that follow
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    if (lead < 0x80) continue;
    const int follow = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    if (follow == 0 || lead > 0xf4 || text.size() - i <= static_cast<std::size_t>(follow)) return false;
    std::uint32_t code = lead & (0x3fU >> follow);
    for (int k = 0; k < follow; ++k) {
      const auto next = static_cast<std::uint8_t>(text[++i]);
      if ((next & 0xc0U) != 0x80U) return false;
      code = code << 6 | (next & 0x3fU);
    }
    if (code < kSmallest[follow] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
  }
  return true;
}

}  // namespace groel::io
