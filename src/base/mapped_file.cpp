// Maps files into memory; errors say which file and why.
#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string_view>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/mapped_ranges.h"

namespace groel {
namespace {

struct Mapping {
  const std::byte* end;
  const MappedFile* file;
  MappedRanges::Range* range;
};

/// What is mapped now, by where it begins.
struct Mappings {
  std::shared_mutex mutex;  // shared: keeps mappings where they are
  std::map<const std::byte*, Mapping> by_begin;
};

// Never destroyed: files with static lifetime may outlive it.
Mappings& mappings() {
  static auto* const instance = new Mappings;
  return *instance;
}

/// Size of the mapped file that holds the bytes; 0 where none does. The mutex is held.
std::size_t file_size_around(std::span<const std::byte> bytes) {
  const auto after = mappings().by_begin.upper_bound(bytes.data());
  if (after == mappings().by_begin.begin()) return 0;
  const auto& [begin, mapping] = *std::prev(after);
  return bytes.data() + bytes.size() > mapping.end ? 0 : static_cast<std::size_t>(mapping.end - begin);
}

struct Pages {
  void* begin;
  std::size_t bytes;
};
enum class Rounding { inward, outward };

Pages pages(std::span<const std::byte> bytes, Rounding rounding) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t up = rounding == Rounding::inward ? page - 1 : 0;
  const std::uintptr_t begin = (std::bit_cast<std::uintptr_t>(bytes.data()) + up) / page * page;
  const std::uintptr_t end =
      (std::bit_cast<std::uintptr_t>(bytes.data() + bytes.size()) + (page - 1 - up)) / page * page;
  return {std::bit_cast<void*>(begin), begin < end ? end - begin : 0};
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "something else";
}

}  // namespace

MappedFile::Version MappedFile::version_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK a pipe that nobody writes to would be waited for.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.fd < 0 && errno == ENXIO)
    throw Error(ErrorKind::bad_input, {"this is a socket, where a file must be", path.string(), {}});
  if (file.fd < 0) throw_errno(path.string(), "open the file", errno);
  struct stat status {};
  if (::fstat(file.fd, &status) != 0) throw_errno(path.string(), "read the file's size", errno);
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorKind::bad_input,
                {fmt::format("this is {}, where a file must be", kind_of(status.st_mode)), path.string(), {}});
  const auto size = static_cast<std::size_t>(status.st_size);
  void* data = nullptr;
  if (size > 0) {
    data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
    if (data == MAP_FAILED) throw_errno(path.string(), "map the file", errno);
  }
  const std::span bytes(static_cast<const std::byte*>(data), size);
  return std::shared_ptr<const MappedFile>(new MappedFile(path, version_of(status), bytes));
}

MappedFile::MappedFile(std::filesystem::path path, const Version& version, std::span<const std::byte> bytes)
    : path_(std::move(path)), version_(version), data_(bytes.data()), size_(bytes.size()) {
  if (size_ == 0) return;
  const std::scoped_lock lock(mappings().mutex);
  mappings().by_begin[data_] = {data_ + size_, this, MappedRanges::add(bytes, path_.c_str())};
}

MappedFile::~MappedFile() {
  if (size_ == 0) return;
  const std::scoped_lock lock(mappings().mutex);
  const auto mapping = mappings().by_begin.extract(data_);
  MappedRanges::remove(mapping.mapped().range);
  ::munmap(const_cast<std::byte*>(data_), size_);
}

void check_mapped_unchanged() {
  const std::shared_lock lock(mappings().mutex);
  for (const auto& [begin, mapping] : mappings().by_begin) {
    const MappedFile& file = *mapping.file;
    struct stat now {};
    if (::stat(file.path_.c_str(), &now) != 0) continue;  // deleted: what is mapped stays
    const MappedFile::Version version = MappedFile::version_of(now);
    const bool replaced = version.device != file.version_.device || version.inode != file.version_.inode;
    if (replaced || (version == file.version_ && static_cast<std::size_t>(now.st_size) == file.size_)) continue;
    throw Error(ErrorKind::io, {"the file was changed while it was read", file.path_.string(),
                                "run the command again once nothing writes to it any more"});
  }
}

void drop_mapped(std::span<const std::byte> bytes) {
  constexpr std::size_t kWorthIt = std::size_t{64} << 20;
  const std::shared_lock lock(mappings().mutex);
  if (file_size_around(bytes) < kWorthIt) return;
  const Pages whole = pages(bytes, Rounding::inward);
  if (whole.bytes > 0) ::madvise(whole.begin, whole.bytes, MADV_DONTNEED);
}

void populate_mapped(std::span<const std::byte> bytes) {
#if defined(MADV_POPULATE_READ)
  const std::shared_lock lock(mappings().mutex);
  if (file_size_around(bytes) == 0) return;
  const Pages touched = pages(bytes, Rounding::outward);
  if (touched.bytes > 0) ::madvise(touched.begin, touched.bytes, MADV_POPULATE_READ);
#else
  (void)bytes;
#endif
}

}  // namespace groel
