// Fills a folder under a temporary name, flushes it to disk and renames it.
#include "base/folders.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace groel {
namespace {

namespace fs = std::filesystem;

fs::path hidden(const fs::path& folder, std::string_view tail) {
  return folder.parent_path() / fmt::format(".{}.{}", folder.filename().string(), tail);
}

[[noreturn]] void refuse(const fs::path& path, const std::string& doing, const std::error_code& reason) {
  throw_errno(path.string(), doing, reason.value());
}

void make(const fs::path& folder) {
  std::error_code failed;
  fs::remove_all(folder, failed);
  if (!fs::create_directory(folder, failed) && failed) refuse(folder, "create the folder", failed);
}

void move_to_place(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (failed) refuse(to, "put the folder in place", failed);
}

}  // namespace

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool swap_folders(const fs::path& a, const fs::path& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return true;
  const int reason = errno;
  for (const int cannot : {EINVAL, ENOSYS, EOPNOTSUPP, EBUSY, EXDEV})
    if (reason == cannot) return false;
  throw_errno(b.string(), "put the folder in place", reason);
}

void write_folder(const fs::path& target, const std::function<void(const fs::path&)>& fill) {
  const fs::path temporary = hidden(target, "tmp");
  make(temporary);
  try {
    fill(temporary);
    sync_folder(temporary);
    if (!fs::exists(target)) {
      move_to_place(temporary, target);
    } else if (!swap_folders(temporary, target)) {
      const fs::path before = hidden(target, "before");
      fs::remove_all(before);
      move_to_place(target, before);
      move_to_place(temporary, target);
      fs::rename(before, temporary);
    }
    std::error_code ignored;
    fs::remove_all(temporary, ignored);  // what was there before
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
  sync_folder(target.parent_path());
}

void remove_folder(const fs::path& folder) {
  const fs::path gone = hidden(folder, "old");
  std::error_code ignored;
  fs::remove_all(gone, ignored);
  move_to_place(folder, gone);
  fs::remove_all(gone, ignored);
}

}  // namespace groel
