// Locks a file by flock, and looks that it is still the file of that name: others may remove it when they are done.
#include "hub/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "base/interrupt.h"
#include "hub/cache.h"

namespace groel::hub {
namespace {

enum class Held { yes, no, removed };

Held try_lock(int descriptor, const std::filesystem::path& file) {
  const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  if (!locked && (errno == EWOULDBLOCK || errno == EINTR)) return Held::no;
  struct stat opened {};
  struct stat named {};
  const bool same = ::fstat(descriptor, &opened) == 0 && ::stat(file.c_str(), &named) == 0 &&
                    opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
  return same ? Held::yes : Held::removed;
}

int open_lock(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) throw_errno(file.string(), "open the lock", errno);
  return descriptor;
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& file, const std::function<void()>& waiting) {
  make_cache_folder(file.parent_path());
  bool said = false;
  for (descriptor_ = open_lock(file);;) {
    const Held held = try_lock(descriptor_, file);
    if (held == Held::yes) return;
    if (held == Held::removed) {
      ::close(descriptor_);
      descriptor_ = open_lock(file);
      continue;
    }
    try {
      if (!said && waiting) waiting();
      said = true;
      check_interrupted();
    } catch (...) {
      ::close(descriptor_);
      throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace groel::hub
