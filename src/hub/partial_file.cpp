// Appends to <path>.incomplete and hashes on the way.
#include "hub/partial_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/error.h"
#include "base/folders.h"
#include "base/interrupt.h"
#include "hub/cache.h"
#include "hub/content_hash.h"
#include "hub/names.h"

namespace groel::hub {

namespace fs = std::filesystem;

fs::path partial_path(const fs::path& final_path) { return fs::path(final_path) += ".incomplete"; }

PartialFile::PartialFile(const fs::path& final_path, const std::string& etag)
    : final_(final_path), path_(partial_path(final_path)), etag_(etag) {
  if (is_sha256(etag)) hash_.emplace();
  make_cache_folder(final_.parent_path());
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw_errno(path_.string(), "create the file", errno);
  try {
    std::vector<char> piece(std::size_t{1} << 20);
    for (ssize_t count; (count = ::read(descriptor_, piece.data(), piece.size())) != 0;) {
      if (count < 0) throw_errno(path_.string(), "read the file", errno);
      check_interrupted();
      if (hash_) hash_->update({piece.data(), static_cast<std::size_t>(count)});
      size_ += static_cast<std::uint64_t>(count);
    }
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

PartialFile::~PartialFile() { ::close(descriptor_); }

void PartialFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw_errno(path_.string(), "write the file", count < 0 ? errno : ENOSPC);
    const auto written = static_cast<std::size_t>(count);
    if (hash_) hash_->update(bytes.substr(0, written));
    size_ += written;
    bytes.remove_prefix(written);
  }
  start_writing();
}

// So that little is left to wait for at the end.
void PartialFile::start_writing() {
  constexpr std::uint64_t kPiece = std::uint64_t{16} << 20;
  if (size_ < on_the_way_ + kPiece) return;
  ::sync_file_range(descriptor_, static_cast<off_t>(on_the_way_), static_cast<off_t>(size_ - on_the_way_),
                    SYNC_FILE_RANGE_WRITE);
  on_the_way_ = size_;
}

void PartialFile::clear() {
  if (::ftruncate(descriptor_, 0) != 0) throw_errno(path_.string(), "write the file", errno);
  size_ = on_the_way_ = 0;
  if (hash_) hash_.emplace();
}

std::string PartialFile::finish() {
  if (::fsync(descriptor_) != 0) throw_errno(path_.string(), "write the file", errno);
  return hash_ ? hash_->finish() : hash_as_etag(path_, etag_);
}

void PartialFile::commit() {
  std::error_code failed;
  fs::rename(path_, final_, failed);
  if (failed) throw_errno(final_.string(), "rename the finished file", failed.value());
  sync_folder(final_.parent_path());
}

}  // namespace groel::hub
