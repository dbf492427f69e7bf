// mmap with errors that say which file and why.
#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <map>
#include <mutex>
#include <shared_mutex>

#include <cerrno>

#include "base/error.h"

namespace groel {
namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

/// What is mapped now, by where it begins.
struct Mappings {
  std::shared_mutex mutex;  // shared: keeps mappings where they are
  std::map<const std::byte*, const std::byte*> ends;
};

// Never destroyed: files with static lifetime may outlive it.
Mappings& mappings() {
  static auto* const instance = new Mappings;
  return *instance;
}

/// Size of the mapped file that holds the bytes; 0 where none does. The mutex is held.
std::size_t file_size_around(std::span<const std::byte> bytes) {
  const auto after = mappings().ends.upper_bound(bytes.data());
  if (after == mappings().ends.begin()) return 0;
  const auto& [begin, end] = *std::prev(after);
  return bytes.data() + bytes.size() > end ? 0 : static_cast<std::size_t>(end - begin);
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

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) throw_errno(path.string(), "open the file", errno);
  struct stat status {};
  if (::fstat(file.fd, &status) != 0) throw_errno(path.string(), "read the file's size", errno);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::io, {"not a regular file", path.string(), {}});
  const auto size = static_cast<std::size_t>(status.st_size);
  void* data = nullptr;
  if (size > 0) {
    data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
    if (data == MAP_FAILED) throw_errno(path.string(), "map the file", errno);
  }
  return std::shared_ptr<const MappedFile>(new MappedFile(path, static_cast<const std::byte*>(data), size));
}

MappedFile::MappedFile(std::filesystem::path path, const std::byte* data, std::size_t size)
    : path_(std::move(path)), data_(data), size_(size) {
  const std::scoped_lock lock(mappings().mutex);
  if (size_ > 0) mappings().ends[data_] = data_ + size_;
}

MappedFile::~MappedFile() {
  if (size_ == 0) return;
  const std::scoped_lock lock(mappings().mutex);
  mappings().ends.erase(data_);
  ::munmap(const_cast<std::byte*>(data_), size_);
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
