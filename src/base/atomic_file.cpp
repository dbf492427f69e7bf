// Writes a file under a temporary name, flushes it to disk and renames it.
#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/folders.h"

namespace groel {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTail = ".tmp";
constexpr std::size_t kLetters = 8;
constexpr std::size_t kLongestStem = 200;  // a name has at most 255 bytes

thread_local JointCommit* t_joint = nullptr;

std::string temporary_stem(const fs::path& path) {
  return "." + path.filename().string().substr(0, kLongestStem) + ".";
}

std::string random_letters() {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz012345";
  unsigned char bytes[kLetters];
  if (::getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes))
    throw_errno("the system's random numbers", "read", errno);
  std::string out;
  for (const unsigned char byte : bytes) out += kAlphabet[byte % kAlphabet.size()];
  return out;
}

// Who may read the file that is replaced may read the new one, and no one else.
void inherit(int fd, const fs::path& replaced) {
  struct stat old {};
  if (::stat(replaced.c_str(), &old) != 0 || !S_ISREG(old.st_mode)) return;
  [[maybe_unused]] const int owner = ::fchown(fd, old.st_uid, old.st_gid);  // root alone may; others stay the owner
  if (::fchmod(fd, old.st_mode & 0777) != 0) throw_errno(replaced.string(), "keep the permissions of", errno);
}

// -> the descriptor; the lock tells who lives from who was killed.
int create(const fs::path& path, fs::path& temporary) {
  for (;;) {
    temporary = path.parent_path() / (temporary_stem(path) + random_letters() + std::string(kTail));
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST) continue;
    if (fd < 0) throw_errno(path.string(), "create the file", errno);
    ::flock(fd, LOCK_EX | LOCK_NB);
    return fd;
  }
}

int open_special(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) throw_errno(path.string(), "open the file", errno);
  return fd;
}

void give_name(const fs::path& temporary, const fs::path& path) {
  if (::rename(temporary.c_str(), path.c_str()) != 0) throw_errno(path.string(), "rename the finished file", errno);
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path, Durable durable) : place_(output_place(path)), durable_(durable) {
  const int fd = place_.special ? open_special(place_.path) : create(place_.path, temporary_);
  try {
    if (!place_.special) inherit(fd, place_.path);
    file_ = ::fdopen(fd, "wb");
    if (file_ == nullptr) throw_errno(place_.path.string(), "create the file", errno);
  } catch (...) {
    ::close(fd);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    throw;
  }
}

AtomicFile::~AtomicFile() {
  if (file_ != nullptr) std::fclose(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::put(std::span<const std::byte> bytes) {
  if (!bytes.empty() && std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
    throw_errno(place_.path.string(), "write the file", errno);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  put(bytes);
  size_ += bytes.size();
}

void AtomicFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  GROEL_REQUIRE(offset <= size_ && bytes.size() <= size_ - offset);
  const auto seek = [&](std::uint64_t to) {
    if (::fseeko(file_, static_cast<off_t>(to), SEEK_SET) == 0) return;
    if (errno == ESPIPE)
      throw Error(ErrorKind::usage, {"this format cannot be written to a pipe", place_.path.string(),
                                     "write to a file, or choose a format that is text"});
    throw_errno(place_.path.string(), "write the file", errno);
  };
  seek(offset);
  put(bytes);
  seek(size_);
}

void AtomicFile::commit() {
  GROEL_REQUIRE(file_ != nullptr);
  if (std::fflush(file_) != 0) throw_errno(place_.path.string(), "write the file", errno);
  const bool sync = !place_.special && durable_ == Durable::at_once;
  if (sync && ::fsync(::fileno(file_)) != 0) throw_errno(place_.path.string(), "write the file", errno);
  if (place_.special) {
    if (std::fclose(std::exchange(file_, nullptr)) != 0) throw_errno(place_.path.string(), "write the file", errno);
    return;
  }
  if (t_joint != nullptr) {
    t_joint->files_.emplace_back(std::move(temporary_), place_.path);
  } else {
    give_name(temporary_, place_.path);
    if (sync) sync_folder(place_.path.parent_path());
  }
  temporary_.clear();
  std::fclose(std::exchange(file_, nullptr));  // after the rename: until then the lock says that it is being written
}

JointCommit::JointCommit() : outer_(std::exchange(t_joint, this)) {}

JointCommit::~JointCommit() {
  for (const auto& [temporary, path] : files_)
    if (!temporary.empty()) ::unlink(temporary.c_str());
  t_joint = outer_;
}

void JointCommit::publish() {
  for (auto& [temporary, path] : files_) {  // nothing slow in between: a kill here leaves some of them
    give_name(temporary, path);
    temporary.clear();
  }
  for (const auto& [temporary, path] : std::exchange(files_, {})) sync_folder(path.parent_path());
}

JointCommit* JointCommit::current() noexcept { return t_joint; }

void keep_permissions(const fs::path& written, const fs::path& replaced) {
  const int fd = ::open(written.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) throw_errno(written.string(), "open the file", errno);
  const Descriptor closed(fd);
  inherit(fd, replaced);
}

void remove_stale_temporaries(const fs::path& path) {
  const OutputPlace place = output_place(path);
  if (place.special) return;
  const std::string stem = temporary_stem(place.path);
  std::error_code failed;
  const fs::path folder = place.path.has_parent_path() ? place.path.parent_path() : ".";
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    const std::string name = entry.path().filename().string();
    if (name.size() != stem.size() + kLetters + kTail.size() || !name.starts_with(stem) || !name.ends_with(kTail))
      continue;
    const int fd = ::open(entry.path().c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) continue;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) ::unlink(entry.path().c_str());
    ::close(fd);
  }
}

}  // namespace groel
