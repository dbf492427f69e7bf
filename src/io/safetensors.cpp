// Reads safetensors: 8 bytes of header length, a JSON header, then the data, which its offsets must cover exactly.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/mapped_file.h"
#include "io/array_bytes.h"
#include "io/safetensors_header.h"

namespace groel::io {
namespace {

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeader = 100'000'000;  // the limit that the format's own library sets

std::string_view header_text(std::span<const std::byte> bytes, const std::string& label) {
  if (bytes.size() < kLengthBytes)
    throw Error(ErrorKind::bad_model,
                {fmt::format("not a safetensors file: {} bytes, too short for the header's length", bytes.size()),
                 label, foreign_hint(bytes)});
  const auto length = read_little<std::uint64_t>(bytes, 0);
  const std::string hint = foreign_hint(bytes);
  if (length > kMaxHeader)
    throw Error(
        ErrorKind::bad_model,
        {fmt::format("not a safetensors file: its header would be {} bytes long (at most {})", length, kMaxHeader),
         label, hint.empty() ? kDamaged : hint});
  if (length > bytes.size() - kLengthBytes)
    throw Error(ErrorKind::bad_model,
                {fmt::format("the safetensors header is truncated: it claims {} bytes, {} are there", length,
                             bytes.size() - kLengthBytes),
                 label, kDamaged});
  return {reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, static_cast<std::size_t>(length)};
}

[[noreturn]] void bad_entry(const std::string& label, const SafetensorsEntry& entry, std::string what) {
  throw Error(ErrorKind::bad_model, {std::move(what), fmt::format("{}: {}", label, entry.name), kDamaged});
}

/// The offsets must fit shape and dtype one by one, and all together cover the data without overlap or gap.
void check_layout(std::vector<const SafetensorsEntry*> entries, std::uint64_t data_size, const std::string& label) {
  std::sort(entries.begin(), entries.end(),
            [](const auto* a, const auto* b) { return std::pair(a->begin, a->end) < std::pair(b->begin, b->end); });
  std::uint64_t end = 0;
  for (const SafetensorsEntry* entry : entries) {
    if (entry->end < entry->begin || entry->end > data_size)
      bad_entry(label, *entry,
                fmt::format("its data is at [{}, {}), outside the {} bytes of data in the file", entry->begin,
                            entry->end, data_size));
    const auto expected = dense_bytes(entry->shape, entry->dtype);
    if (!expected || *expected != entry->end - entry->begin)
      bad_entry(label, *entry,
                fmt::format("shape [{}] of {} does not take the {} bytes that its offsets give",
                            fmt::join(entry->shape, ", "), name(entry->dtype), entry->end - entry->begin));
    if (entry->begin < end)
      bad_entry(label, *entry, fmt::format("its data at {} overlaps another tensor's", entry->begin));
    if (entry->begin > end)
      bad_entry(label, *entry, fmt::format("{} bytes before its data belong to no tensor", entry->begin - end));
    end = entry->end;
  }
  if (end != data_size)
    throw Error(ErrorKind::bad_model,
                {fmt::format("{} bytes after the last tensor belong to no tensor", data_size - end), label, kDamaged});
}

}  // namespace

ArrayFile parse_safetensors(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                            const std::string& label) {
  const std::string_view text = header_text(bytes, label);
  SafetensorsHeader header = parse_safetensors_header(text, label);
  const auto data = bytes.subspan(kLengthBytes + text.size());
  std::vector<const SafetensorsEntry*> entries;
  for (const SafetensorsEntry& entry : header.entries) entries.push_back(&entry);
  check_layout(std::move(entries), data.size(), label);
  ArrayFile file;
  file.metadata = std::move(header.metadata);
  for (SafetensorsEntry& entry : header.entries) {
    Array array{entry.dtype, std::move(entry.shape), data.subspan(entry.begin, entry.end - entry.begin), owner};
    if (!file.arrays.emplace(entry.name, aligned(std::move(array))).second)
      throw Error(ErrorKind::bad_model,
                  {"two tensors have this name", fmt::format("{}: {}", label, entry.name), kDamaged});
  }
  return file;
}

ArrayFile read_safetensors(const std::filesystem::path& path) {
  auto file = MappedFile::open(path);
  const auto bytes = file->bytes();
  return parse_safetensors(bytes, std::move(file), path.string());
}

}  // namespace groel::io
