// open, write, pread and similar calls, repeated until everything is done.
#include "formats/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

#include "base/error.h"

namespace groel::formats {
namespace {

// Leaves in `pieces` (from `first` on) what is still to be written.
void drop_written(std::vector<iovec>& pieces, std::size_t& first, std::size_t written) {
  while (first < pieces.size() && written >= pieces[first].iov_len) written -= pieces[first++].iov_len;
  if (first == pieces.size()) return;
  pieces[first].iov_base = static_cast<char*>(pieces[first].iov_base) + written;
  pieces[first].iov_len -= written;
}

}  // namespace

PosixFile::PosixFile(std::filesystem::path path, int descriptor, std::nullptr_t)
    : path_(std::move(path)), descriptor_(descriptor) {}

PosixFile::PosixFile(std::filesystem::path path, int flags)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), flags | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) throw_errno(path_.string(), "open the file", errno);
}

PosixFile PosixFile::temporary(const std::filesystem::path& neighbour) {
  std::string name = neighbour.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) throw_errno(name, "create a temporary file", errno);
  ::unlink(name.c_str());
  return {std::move(name), descriptor, nullptr};
}

PosixFile PosixFile::standard_output() { return {"standard output", STDOUT_FILENO, nullptr}; }

PosixFile::PosixFile(PosixFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

PosixFile& PosixFile::operator=(PosixFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

PosixFile::~PosixFile() {
  if (descriptor_ >= 0 && !is_standard_output()) ::close(descriptor_);
}

bool PosixFile::is_standard_output() const noexcept { return descriptor_ == STDOUT_FILENO; }

bool PosixFile::is_terminal() const noexcept { return ::isatty(descriptor_) == 1; }

std::int64_t PosixFile::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw_errno(path_.string(), "read the file's size", errno);
  return status.st_size;
}

void PosixFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno(path_.string(), "write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void PosixFile::write_at(std::vector<iovec> pieces, std::int64_t offset) {
  std::size_t first = 0;
  drop_written(pieces, first, 0);  // empty pieces
  while (first < pieces.size()) {
    const int count = static_cast<int>(std::min<std::size_t>(pieces.size() - first, IOV_MAX));
    const ssize_t written = ::pwritev(descriptor_, pieces.data() + first, count, offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno(path_.string(), "write", errno);
    offset += written;
    drop_written(pieces, first, static_cast<std::size_t>(written));
  }
}

std::size_t PosixFile::read_at(std::span<std::byte> out, std::int64_t offset) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got =
        ::pread(descriptor_, out.data() + done, out.size() - done, offset + static_cast<std::int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(path_.string(), "read", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void PosixFile::truncate(std::int64_t size) {
  while (::ftruncate(descriptor_, size) != 0)
    if (errno != EINTR) throw_errno(path_.string(), "cut the file", errno);
}

void PosixFile::sync() {
  if (::fdatasync(descriptor_) != 0 && errno != EINVAL && errno != EROFS)
    throw_errno(path_.string(), "flush the file to disk", errno);
}

void PosixFile::close() {
  if (is_standard_output()) return;
  if (::close(std::exchange(descriptor_, -1)) != 0) throw_errno(path_.string(), "close the file", errno);
}

}  // namespace groel::formats
