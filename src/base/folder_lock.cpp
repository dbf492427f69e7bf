// Locks a folder by a lock on the folder itself, so that no lock file is left.
#include "base/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace groel {

namespace {

// False when another has put a new folder in its place since we opened it.
bool is_still_there(int descriptor, const std::filesystem::path& folder) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(folder.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) : folder_(folder) {
  std::error_code failed;
  made_ = std::filesystem::create_directories(folder, failed);
  if (failed) throw_errno(folder.string(), "create the folder", failed.value());
  descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ < 0) throw_errno(folder.string(), "open the folder", errno);
  const bool held = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;  // else there are no locks
  if (held && is_still_there(descriptor_, folder)) return;
  ::close(descriptor_);
  throw Error(ErrorKind::usage, {"another run is writing into the folder", folder.string(),
                                 "wait for it to end or stop it, or name another folder"});
}

FolderLock::~FolderLock() {
  if (made_) ::rmdir(folder_.c_str());  // fails when anything is in it
  ::close(descriptor_);
}

}  // namespace groel
