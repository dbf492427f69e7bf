// Appends to a file by its descriptor.
#include "train/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"

namespace groel::train {

AppendFile::AppendFile(std::filesystem::path path, std::int64_t size) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw_errno(path_.string(), "open the file", errno);
  const off_t there = ::lseek(descriptor_, 0, SEEK_END);
  size_ = std::min<std::int64_t>(there, size);
  if (there > size && ::ftruncate(descriptor_, size) != 0) {
    const int reason = errno;
    ::close(descriptor_);
    throw_errno(path_.string(), "cut the file back", reason);
  }
}

AppendFile::~AppendFile() { ::close(descriptor_); }

void AppendFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno(path_.string(), "write the file", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    size_ += written;
  }
}

void AppendFile::sync() {
  if (::fdatasync(descriptor_) != 0) throw_errno(path_.string(), "flush the file", errno);
}

}  // namespace groel::train
