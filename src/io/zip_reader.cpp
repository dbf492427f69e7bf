// Reads the central directory of a zip archive (APPNOTE 6.3); every offset and size is checked against the file.
#include "io/zip_reader.h"

#include <zlib.h>

#include <optional>

#include "base/error.h"
#include "io/array_bytes.h"

namespace groel::io {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kEntrySize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLocator64Size = 20;
constexpr std::size_t kMaxComment = 65535;
constexpr std::uint32_t kSee64 = 0xffffffff;
constexpr std::uint16_t kExtra64 = 1;
constexpr std::uint16_t kEncrypted = 1;

}  // namespace

void ZipReader::fail(std::string what) const { throw Error(ErrorKind::bad_model, {std::move(what), label_, kDamaged}); }

template <class T>
T ZipReader::number(std::uint64_t offset) const {
  if (offset > bytes_.size() || sizeof(T) > bytes_.size() - offset) fail("the zip archive points outside the file");
  return read_little<T>(bytes_, static_cast<std::size_t>(offset));
}

ZipReader::ZipReader(std::span<const std::byte> bytes, std::string label) : bytes_(bytes), label_(std::move(label)) {
  const Directory directory = find_directory();
  if (directory.offset > bytes_.size() || directory.size > bytes_.size() - directory.offset)
    fail("the zip archive's directory lies outside the file");
  if (directory.count > directory.size / kEntrySize)
    fail("the zip archive claims more entries than its directory holds");
  auto position = static_cast<std::size_t>(directory.offset);
  const std::size_t end = position + static_cast<std::size_t>(directory.size);
  for (std::uint64_t i = 0; i < directory.count; ++i) position = read_entry(position, end);
  std::uint64_t total = 0;
  for (const auto& [name, entry] : entries_)
    if ((total += entry.bytes.size()) > bytes_.size()) fail("the zip archive's entries overlap");
}

ZipReader::Directory ZipReader::find_directory() const {
  if (bytes_.size() < kEndSize) fail("the zip archive is truncated: it has no end record");
  const std::size_t last = bytes_.size() - kEndSize;
  const std::size_t first = last > kMaxComment ? last - kMaxComment : 0;
  std::optional<std::size_t> end;
  for (std::size_t at = last + 1; at-- > first && !end;)
    if (read_little<std::uint32_t>(bytes_, at) == kEndSignature && number<std::uint16_t>(at + 20) == last - at)
      end = at;
  if (!end) fail("the zip archive is truncated: it has no end record");
  if (*end >= kLocator64Size && number<std::uint32_t>(*end - kLocator64Size) == kLocator64Signature)
    return find_directory64(*end - kLocator64Size);
  if (number<std::uint16_t>(*end + 4) != 0 || number<std::uint16_t>(*end + 8) != number<std::uint16_t>(*end + 10))
    throw Error(ErrorKind::unsupported, {"the zip archive is split over several files", label_, {}});
  return {number<std::uint16_t>(*end + 10), number<std::uint32_t>(*end + 12), number<std::uint32_t>(*end + 16)};
}

ZipReader::Directory ZipReader::find_directory64(std::uint64_t locator) const {
  const auto end = number<std::uint64_t>(locator + 8);
  if (end > locator || locator - end < kEnd64Size || number<std::uint32_t>(end) != kEnd64Signature)
    fail("the zip archive's zip64 end record is not where it should be");
  return {number<std::uint64_t>(end + 32), number<std::uint64_t>(end + 40), number<std::uint64_t>(end + 48)};
}

std::size_t ZipReader::read_entry(std::size_t position, std::size_t end) {
  if (end - position < kEntrySize || number<std::uint32_t>(position) != kEntrySignature)
    fail("the zip archive's directory is damaged");
  const std::size_t name_size = number<std::uint16_t>(position + 28);
  const std::size_t extra_size = number<std::uint16_t>(position + 30);
  const std::size_t comment_size = number<std::uint16_t>(position + 32);
  const std::size_t next = position + kEntrySize + name_size + extra_size + comment_size;
  if (next > end) fail("the zip archive's directory is damaged");
  std::string name(reinterpret_cast<const char*>(bytes_.data()) + position + kEntrySize, name_size);

  if (!valid_utf8(name)) fail("the name of an entry of the zip archive is not UTF-8");
  Sizes sizes{number<std::uint32_t>(position + 24), number<std::uint32_t>(position + 20),
              number<std::uint32_t>(position + 42)};
  const std::size_t extra = position + kEntrySize + name_size;
  read_sizes64(sizes, extra, extra + extra_size);
  if ((number<std::uint16_t>(position + 8) & kEncrypted) != 0)
    throw Error(ErrorKind::unsupported, {fmt::format("entry {} is encrypted", name), label_, {}});
  if (number<std::uint16_t>(position + 10) != 0)
    throw Error(ErrorKind::unsupported,
                {fmt::format("entry {} is compressed; only stored entries are read", name), label_,
                 "write the archive without compression (torch.save and numpy.savez do)"});
  if (sizes.packed != sizes.size)
    fail(fmt::format("entry {} has two sizes, {} and {}", name, sizes.packed, sizes.size));
  const Entry entry{entry_bytes(sizes.header, sizes.size, name), number<std::uint32_t>(position + 16)};
  if (!entries_.emplace(name, entry).second) fail(fmt::format("the zip archive holds two entries named {}", name));
  return next;
}

void ZipReader::read_sizes64(Sizes& sizes, std::size_t extra, std::size_t end) const {
  while (end - extra >= 4) {
    const auto id = number<std::uint16_t>(extra);
    const std::size_t field_end = extra + 4 + number<std::uint16_t>(extra + 2);
    if (field_end > end) fail("the zip archive's directory is damaged");
    std::size_t at = extra + 4;
    for (std::uint64_t* value : {&sizes.size, &sizes.packed, &sizes.header}) {
      if (id != kExtra64 || *value != kSee64) continue;
      if (field_end - at < 8) fail("the zip archive's directory is damaged");
      *value = number<std::uint64_t>(at);
      at += 8;
    }
    extra = field_end;
  }
}

std::span<const std::byte> ZipReader::entry_bytes(std::uint64_t header, std::uint64_t size,
                                                  const std::string& name) const {
  // The local header's own sizes may be zero (they then follow the data): the directory's count.
  if (header > bytes_.size() || bytes_.size() - header < kLocalSize || number<std::uint32_t>(header) != kLocalSignature)
    fail(fmt::format("the zip archive's entry {} is not where the directory says", name));
  const std::uint64_t begin =
      header + kLocalSize + number<std::uint16_t>(header + 26) + number<std::uint16_t>(header + 28);
  if (begin > bytes_.size() || size > bytes_.size() - begin)
    fail(fmt::format("entry {} claims {} bytes, which the file does not hold", name, size));
  return bytes_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
}

const ZipReader::Entry* ZipReader::find(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second;
}

void ZipReader::verify(std::string_view name) const {
  const Entry* entry = find(name);
  GROEL_REQUIRE(entry != nullptr);
  if (entry->crc == 0) return;
  const auto crc = ::crc32_z(0, reinterpret_cast<const Bytef*>(entry->bytes.data()), entry->bytes.size());
  if (crc != entry->crc)
    fail(fmt::format("entry {} is damaged: its CRC-32 is {:08x}, the archive says {:08x}", name, crc, entry->crc));
}

}  // namespace groel::io
