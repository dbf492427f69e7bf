// Appends what arrives to the file <path>.incomplete.
#include "hub/partial_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "hub/cache.h"
#include "hub/content_hash.h"
#include "hub/names.h"

namespace groel::hub {

namespace fs = std::filesystem;

fs::path partial_path(const fs::path& final_path) { return fs::path(final_path) += ".incomplete"; }

PartialFile::PartialFile(const fs::path& final_path, const std::string& etag)
    : final_(final_path), path_(partial_path(final_path)), etag_(etag) {
  make_cache_folder(final_.parent_path());
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw_errno(path_.string(), "create the file", errno);
  struct stat there {};
  if (::fstat(descriptor_, &there) == 0) size_ = static_cast<std::uint64_t>(there.st_size);
  if (!is_sha256(etag)) return;
  follower_.emplace(descriptor_, path_.string());
  follower_->follow(size_);
}

PartialFile::~PartialFile() {
  follower_.reset();
  if (descriptor_ >= 0) ::close(descriptor_);
}

void PartialFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw_errno(path_.string(), "write the file", count < 0 ? errno : ENOSPC);
    size_ += static_cast<std::uint64_t>(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  if (follower_) follower_->follow(size_);
}

void PartialFile::clear() {
  if (follower_) follower_.emplace(descriptor_, path_.string());
  if (::ftruncate(descriptor_, 0) != 0) throw_errno(path_.string(), "write the file", errno);
  size_ = 0;
}

std::string PartialFile::hash() { return follower_ ? follower_->hash() : hash_as_etag(path_, etag_); }

void PartialFile::commit() {
  follower_.reset();
  if (::close(std::exchange(descriptor_, -1)) != 0) throw_errno(path_.string(), "write the file", errno);
  std::error_code failed;
  fs::rename(path_, final_, failed);
  if (failed) throw_errno(final_.string(), "rename the finished file", failed.value());
}

}  // namespace groel::hub
