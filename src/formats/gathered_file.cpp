// Maps the collected bytes into memory.
#include "formats/gathered_file.h"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "base/error.h"

namespace groel::formats {

GatheredFile::GatheredFile(GatheredFile&& other) noexcept
    : file_(std::move(other.file_)), mapped_(std::exchange(other.mapped_, {})) {}

GatheredFile::~GatheredFile() {
  if (!mapped_.empty()) ::munmap(const_cast<std::byte*>(mapped_.data()), mapped_.size());
}

std::span<const std::byte> GatheredFile::map() {
  file_.flush();
  const auto size = static_cast<std::size_t>(file_.file().size());
  if (size == 0 || !mapped_.empty()) return mapped_;
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file_.file().descriptor(), 0);
  if (data == MAP_FAILED) throw_errno(file_.file().path().string(), "map the file", errno);
  ::madvise(data, size, MADV_SEQUENTIAL);
  mapped_ = {static_cast<const std::byte*>(data), size};
  return mapped_;
}

}  // namespace groel::formats
