// Temporary name, fsync, rename, fsync of the folder.
#include "io/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "base/error.h"

namespace groel::io {
namespace {

std::filesystem::path temporary_name(const std::filesystem::path& path) {
  static std::atomic<unsigned> counter{0};
  return path.parent_path() / fmt::format(".{}.{}-{}.tmp", path.filename().string(), ::getpid(), counter++);
}

/// A rename is on disk when its folder is.
void sync_folder(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;  // a folder that may be written but not read: the file itself is safe
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)), temporary_(temporary_name(path_)) {
  const int fd = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) throw_errno(path_.string(), "create the file", errno);
  file_ = ::fdopen(fd, "wb");
  if (file_ == nullptr) {
    const int reason = errno;
    ::close(fd);
    ::unlink(temporary_.c_str());
    throw_errno(path_.string(), "create the file", reason);
  }
}

AtomicFile::~AtomicFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::put(std::span<const std::byte> bytes) {
  if (!bytes.empty() && std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
    throw_errno(path_.string(), "write the file", errno);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  put(bytes);
  size_ += bytes.size();
}

void AtomicFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  GROEL_REQUIRE(offset <= size_ && bytes.size() <= size_ - offset);
  if (::fseeko(file_, static_cast<off_t>(offset), SEEK_SET) != 0) throw_errno(path_.string(), "write the file", errno);
  put(bytes);
  if (::fseeko(file_, static_cast<off_t>(size_), SEEK_SET) != 0) throw_errno(path_.string(), "write the file", errno);
}

void AtomicFile::commit() {
  GROEL_REQUIRE(file_ != nullptr);
  if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) throw_errno(path_.string(), "write the file", errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) throw_errno(path_.string(), "rename the finished file", errno);
  std::fclose(file_);
  file_ = nullptr;
  sync_folder(path_);
}

}  // namespace groel::io
