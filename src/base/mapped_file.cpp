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
  std::mutex mutex;
  std::map<const std::byte*, const std::byte*> ends;
};

// Never destroyed: files with static lifetime may outlive it.
Mappings& mappings() {
  static auto* const instance = new Mappings;
  return *instance;
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
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (std::bit_cast<std::uintptr_t>(bytes.data()) + page - 1) / page * page;
  const auto end = std::bit_cast<std::uintptr_t>(bytes.data() + bytes.size()) / page * page;
  if (begin >= end) return;
  const std::scoped_lock lock(mappings().mutex);  // keeps the mapping where it is
  const auto after = mappings().ends.upper_bound(bytes.data());
  if (after == mappings().ends.begin() || bytes.data() + bytes.size() > std::prev(after)->second) return;
  ::madvise(std::bit_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace groel
