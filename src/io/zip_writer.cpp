// Writes local headers, directory and end records of a zip archive (APPNOTE 6.3).
#include "io/zip_writer.h"

#include <zlib.h>

#include "base/error.h"

namespace groel::io {
namespace {

constexpr std::uint64_t kSeeExtra64 = 0xffffffff;
constexpr std::uint64_t kMaxCount = 0xffff;
constexpr std::uint16_t kVersion = 20;
constexpr std::uint16_t kVersion64 = 45;
constexpr std::uint16_t kUtf8Names = 0x0800;
constexpr std::uint16_t kDate = 0x0021;  // 1980-01-01, the first there is
constexpr std::size_t kCrcInLocalHeader = 14;
constexpr std::uint64_t kLocalHeader = 30;  // bytes before the name
constexpr std::uint16_t kPadding = 0x4246;  // "FB", as PyTorch calls its own

/// Little-endian numbers one after the other.
class Record {
 public:
  Record& u16(std::uint64_t value) { return put(value, 2); }
  Record& u32(std::uint64_t value) { return put(value, 4); }
  Record& u64(std::uint64_t value) { return put(value, 8); }
  Record& text(const std::string& value) {
    bytes_ += value;
    return *this;
  }
  std::string take() { return std::move(bytes_); }

 private:
  Record& put(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
    return *this;
  }
  std::string bytes_;
};

/// A 32-bit field, or the mark that the zip64 record holds the number.
std::uint64_t narrow(std::uint64_t value) { return std::min(value, kSeeExtra64); }

/// An extra field that readers pass over and after which the data is aligned; empty where nothing is missing.
std::string padding_field(std::uint64_t before, std::uint64_t alignment) {
  constexpr std::uint64_t kFieldHeader = 4;
  std::uint64_t missing = (alignment - before % alignment) % alignment;
  if (missing == 0) return {};
  while (missing < kFieldHeader) missing += alignment;
  return Record().u16(kPadding).u16(missing - kFieldHeader).text(std::string(missing - kFieldHeader, 'Z')).take();
}

}  // namespace

void ZipWriter::write(const std::string& bytes) { file_.write(std::as_bytes(std::span(bytes))); }

void ZipWriter::begin(const std::string& name, std::uint64_t size, std::uint64_t alignment) {
  GROEL_REQUIRE(!open_ && name.size() <= 0xffff);
  if (!names_.insert(name).second) throw Error(ErrorKind::usage, fmt::format("two entries are named {}", name));
  entries_.push_back({name, size, file_.size(), 0});
  const bool large = size >= kSeeExtra64;
  const std::uint64_t before = file_.size() + kLocalHeader + name.size() + (large ? 20 : 0);
  const std::string padding = padding_field(before, alignment);
  Record header;
  header.u32(0x04034b50).u16(large ? kVersion64 : kVersion).u16(kUtf8Names).u16(0).u16(0).u16(kDate);
  header.u32(0).u32(narrow(size)).u32(narrow(size)).u16(name.size());
  header.u16((large ? 20 : 0) + padding.size()).text(name);
  if (large) header.u16(1).u16(16).u64(size).u64(size);
  write(header.text(padding).take());
  left_ = size;
  open_ = true;
}

void ZipWriter::append(std::span<const std::byte> bytes) {
  GROEL_REQUIRE(open_ && bytes.size() <= left_);
  if (bytes.empty()) return;
  std::uint32_t& crc = entries_.back().crc;
  crc = static_cast<std::uint32_t>(::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  file_.write(bytes);
  left_ -= bytes.size();
}

void ZipWriter::end() {
  GROEL_REQUIRE(open_ && left_ == 0);
  const std::uint32_t crc = entries_.back().crc;
  file_.write_at(entries_.back().offset + kCrcInLocalHeader, std::as_bytes(std::span(&crc, 1)));
  open_ = false;
}

std::string ZipWriter::directory() const {
  Record out;
  for (const Entry& entry : entries_) {
    Record extra;
    if (entry.size >= kSeeExtra64) extra.u64(entry.size).u64(entry.size);
    if (entry.offset >= kSeeExtra64) extra.u64(entry.offset);
    const std::string wide = extra.take();
    const std::uint16_t version = wide.empty() ? kVersion : kVersion64;
    out.u32(0x02014b50).u16(version).u16(version).u16(kUtf8Names).u16(0).u16(0).u16(kDate);
    out.u32(entry.crc).u32(narrow(entry.size)).u32(narrow(entry.size)).u16(entry.name.size());
    out.u16(wide.empty() ? 0 : wide.size() + 4).u16(0).u16(0).u16(0).u32(0).u32(narrow(entry.offset)).text(entry.name);
    if (!wide.empty()) out.u16(1).u16(wide.size()).text(wide);
  }
  return out.take();
}

void ZipWriter::finish() {
  GROEL_REQUIRE(!open_);
  const std::string entries = directory();
  const std::uint64_t offset = file_.size();
  const std::uint64_t count = entries_.size();
  write(entries);
  const std::uint64_t end = file_.size();
  Record out;
  if (offset >= kSeeExtra64 || entries.size() >= kSeeExtra64 || count >= kMaxCount) {
    out.u32(0x06064b50).u64(44).u16(kVersion64).u16(kVersion64).u32(0).u32(0).u64(count).u64(count);
    out.u64(entries.size()).u64(offset);
    out.u32(0x07064b50).u32(0).u64(end).u32(1);
  }
  const std::uint64_t short_count = std::min(count, kMaxCount);
  out.u32(0x06054b50)
      .u16(0)
      .u16(0)
      .u16(short_count)
      .u16(short_count)
      .u32(narrow(entries.size()))
      .u32(narrow(offset))
      .u16(0);
  write(out.take());
  file_.commit();
}

}  // namespace groel::io
