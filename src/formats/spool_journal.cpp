// Frames of the journal: a header of 32 bytes with its own checksum, so that its size can be trusted, then the data.
#include "formats/spool_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "formats/spool_entry.h"

namespace groel::formats {
namespace {

struct FrameHead {
  char magic[4];
  std::uint32_t checksum;  // of the fields below
  std::int64_t key;
  std::uint64_t size;  // of the payload
  std::uint32_t payload_checksum;
  std::uint32_t reserved;
};
static_assert(sizeof(FrameHead) == 32);

constexpr char kMagic[4] = {'G', 'R', 'S', 'P'};
constexpr std::uint64_t kReadBytes = std::uint64_t{1} << 20;

std::uint32_t update(std::uint32_t checksum, const void* data, std::size_t size) {
  if (size == 0) return checksum;  // zlib takes a null pointer, which no bytes may have, as "start over"
  return static_cast<std::uint32_t>(crc32_z(checksum, static_cast<const Bytef*>(data), size));
}

std::uint32_t head_checksum(const FrameHead& head) {
  return update(0, &head.key, sizeof head - offsetof(FrameHead, key));
}

template <class T>
std::span<std::byte> bytes_of(T& value) {
  return std::as_writable_bytes(std::span(&value, 1));
}

[[noreturn]] void fail_damaged(const std::filesystem::path& path, std::int64_t key) {
  throw Error(ErrorKind::io,
              {fmt::format("entry {} of the journal is not what was written", key), path.string(),
               "the disk or the memory may be failing; run again with `resume` to compute that entry anew"});
}

[[noreturn]] void fail_in_use(const PosixFile& file) {
  throw Error(ErrorKind::io, {"the journal is in use by another process", file.path().parent_path().string(),
                              "wait for that run to end, or write to another output"});
}

// False when the holder of the lock removed the file while we waited for it.
bool is_still_there(const PosixFile& file) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file.descriptor(), &opened) == 0 && ::stat(file.path().c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

void lock(const PosixFile& file) {
  if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) == 0) {
    if (!is_still_there(file)) fail_in_use(file);
    return;
  }
  if (errno == EWOULDBLOCK) fail_in_use(file);
  // Some shared file systems have no locks; that must not keep anyone from working there.
  if (errno != ENOSYS && errno != EOPNOTSUPP && errno != ENOLCK)
    throw_errno(file.path().string(), "lock the journal", errno);
}

}  // namespace

SpoolJournal::SpoolJournal(const std::filesystem::path& path)
    : file_(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK) {
  lock(file_);
}

void SpoolJournal::scan() {
  places_.clear();
  const std::int64_t size = file_.size();
  end_ = 0;
  for (std::int64_t next = 0; scan_frame(end_, size, next);) end_ = next;
  lost_ += size - end_;
  if (end_ < size) file_.truncate(end_);
}

// False at the end of what is sound. A whole frame with a damaged payload is passed over.
bool SpoolJournal::scan_frame(std::int64_t offset, std::int64_t file_size, std::int64_t& next) {
  FrameHead head;
  if (file_.read_at(bytes_of(head), offset) < sizeof head) return false;
  if (std::memcmp(head.magic, kMagic, sizeof kMagic) != 0 || head.checksum != head_checksum(head)) return false;
  const Place place{offset + static_cast<std::int64_t>(sizeof head), head.size, head.payload_checksum};
  if (head.size > static_cast<std::uint64_t>(file_size - place.offset)) return false;
  next = place.offset + static_cast<std::int64_t>(head.size);
  const bool whole = is_whole(place) && described(place);
  if (whole)
    places_[head.key] = place;
  else if (next < file_size)
    lost_ += next - offset;
  return whole || next < file_size;
}

bool SpoolJournal::is_whole(const Place& place) const {
  std::vector<std::byte> buffer(std::min(place.size, kReadBytes));
  std::uint32_t checksum = 0;
  for (std::uint64_t done = 0; done < place.size;) {
    const auto piece = std::span(buffer).first(std::min(kReadBytes, place.size - done));
    if (file_.read_at(piece, place.offset + static_cast<std::int64_t>(done)) < piece.size()) return false;
    checksum = update(checksum, piece.data(), piece.size());
    done += piece.size();
  }
  return checksum == place.checksum;
}

// Nothing when its head is not one.
std::optional<Spool::Entry> SpoolJournal::described(const Place& place) const {
  std::uint64_t head_size = 0;
  if (file_.read_at(bytes_of(head_size), place.offset) < sizeof head_size || place.size < sizeof head_size ||
      head_size > place.size - sizeof head_size)
    return std::nullopt;
  std::string head(head_size, '\0');
  if (file_.read_at(std::as_writable_bytes(std::span(head)),
                    place.offset + static_cast<std::int64_t>(sizeof head_size)) < head.size())
    return std::nullopt;
  return decode_head(head, place.size - sizeof head_size - head_size);
}

std::int64_t SpoolJournal::drop_unlike(const Spool::Fits& fits) {
  return static_cast<std::int64_t>(std::erase_if(places_, [&](const auto& entry) {
    const auto found = described(entry.second);
    return !found || !fits(entry.first, *found);
  }));
}

void SpoolJournal::clear() {
  file_.truncate(0);
  end_ = 0;
  places_.clear();
}

void SpoolJournal::append(std::int64_t key, const Spool::Entry& entry) {
  EncodedEntry encoded;
  encode(entry, encoded);
  FrameHead head{};
  std::memcpy(head.magic, kMagic, sizeof kMagic);
  head.key = key;
  head.size = encoded.size;
  for (const iovec& piece : encoded.pieces)
    head.payload_checksum = update(head.payload_checksum, piece.iov_base, piece.iov_len);
  head.checksum = head_checksum(head);
  encoded.pieces.insert(encoded.pieces.begin(), {&head, sizeof head});
  try {
    file_.write_at(encoded.pieces, end_);
  } catch (const Error&) {
    file_.truncate(end_);
    throw;
  }
  const std::int64_t offset = end_ + static_cast<std::int64_t>(sizeof head);
  places_[key] = {offset, head.size, head.payload_checksum};
  end_ = offset + static_cast<std::int64_t>(head.size);
}

Spool::Entry SpoolJournal::read(std::int64_t key) const {
  const auto found = places_.find(key);
  GROEL_REQUIRE(found != places_.end());
  std::int64_t offset = found->second.offset;
  std::uint64_t left = found->second.size;
  std::uint32_t checksum = 0;
  const auto take = [&](std::span<std::byte> out) {
    if (out.size() > left || file_.read_at(out, offset) < out.size()) fail_damaged(file_.path(), key);
    checksum = update(checksum, out.data(), out.size());
    offset += static_cast<std::int64_t>(out.size());
    left -= out.size();
  };
  std::uint64_t head_size = 0;
  take(bytes_of(head_size));
  if (head_size > left) fail_damaged(file_.path(), key);
  std::string head(head_size, '\0');
  take(std::as_writable_bytes(std::span(head)));
  auto entry = decode_head(head, left);
  if (!entry) fail_damaged(file_.path(), key);
  for (Item& item : entry->items) item.values.resize(value_count(item));
  for (Item& item : entry->items) take(std::as_writable_bytes(std::span(item.values)));
  if (checksum != found->second.checksum) fail_damaged(file_.path(), key);
  return std::move(*entry);
}

}  // namespace groel::formats
