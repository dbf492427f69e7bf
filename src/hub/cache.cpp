// Places in the cache, what is in it, and the two things that are written beside blobs: links and refs.
#include "hub/cache.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/text_file.h"
#include "hub/names.h"

namespace groel::hub {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;  // also where a link leads nowhere
  return fs::exists(path, ignored);
}

std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code ignored;
    if (at->is_directory(ignored)) out.push_back(at->path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string ref_text(const fs::path& file) {
  constexpr std::size_t kLongest = 200;
  std::error_code failed;
  if (!fs::is_regular_file(file, failed) || fs::file_size(file, failed) > kLongest || failed) return {};
  std::string text = read_text(file);
  text.erase(std::min(text.find_first_of("\r\n "), text.size()));
  return text.find('/') == std::string::npos && text != "." && text != ".." ? text : std::string();
}

// Replaces what is at `place` in one step. -> false where the file system has no links.
bool put_link(const fs::path& target, const fs::path& place) {
  const fs::path temporary = place.parent_path() / fmt::format(".{}.{}", place.filename().string(), ::getpid());
  ::unlink(temporary.c_str());
  if (::symlink(target.c_str(), temporary.c_str()) != 0) {
    if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS) return false;
    throw_errno(place.string(), "make the link", errno);
  }
  if (::rename(temporary.c_str(), place.c_str()) == 0) return true;
  const int reason = errno;
  ::unlink(temporary.c_str());
  throw_errno(place.string(), "make the link", reason);
}

}  // namespace

void make_cache_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!failed) return;
  if (failed.value() != EROFS && failed.value() != EACCES)
    throw_errno(folder.string(), "create the folder", failed.value());
  throw Error(ErrorKind::io,
              {fmt::format("nothing can be written to the cache of models: {}", failed.message()), folder.string(),
               "name a folder of your own: export HF_HUB_CACHE=FOLDER, for fair-esm's files TORCH_HOME"});
}

fs::path Cache::model(const std::string& id) const { return root_ / folder_name(id); }
fs::path Cache::blob(const std::string& id, const std::string& etag) const { return model(id) / "blobs" / etag; }
fs::path Cache::snapshot(const std::string& id, const std::string& commit) const {
  return model(id) / "snapshots" / commit;
}
fs::path Cache::lock(const std::string& id, const std::string& etag) const {
  return root_ / ".locks" / folder_name(id) / (etag + ".lock");
}

std::vector<std::string> Cache::ids() const {
  std::vector<std::string> out;
  for (const std::string& name : folders_in(root_))
    if (std::string id = id_of_folder(name); !id.empty()) out.push_back(std::move(id));
  return out;
}

std::vector<std::string> Cache::commits(const std::string& id) const { return folders_in(model(id) / "snapshots"); }

std::optional<std::string> Cache::commit(const std::string& id, const std::string& revision) const {
  check_revision(revision);
  std::string found = ref_text(model(id) / "refs" / revision);
  if (found.empty() && is_commit(revision)) found = revision;
  if (found.empty() || !is_there(snapshot(id, found))) return std::nullopt;
  return found;
}

std::optional<fs::path> Cache::file(const std::string& id, const std::string& commit, const std::string& path) const {
  const fs::path place = snapshot(id, commit) / path;
  std::error_code ignored;
  return fs::is_regular_file(place, ignored) ? std::optional(place) : std::nullopt;
}

std::vector<std::string> Cache::files(const std::string& id, const std::string& commit) const {
  std::vector<std::string> out;
  const fs::path root = snapshot(id, commit);
  std::error_code failed;
  for (fs::recursive_directory_iterator at(root, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored)) out.push_back(at->path().lexically_relative(root).generic_string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

void Cache::write_absent(const std::string& id, const std::string& commit, const std::string& path) const {
  const fs::path mark = model(id) / ".no_exist" / commit / path;
  if (is_there(mark)) return;
  make_cache_folder(mark.parent_path());
  write_text(mark, "");
}

void Cache::write_tag() const {
  if (is_there(root_ / "CACHEDIR.TAG")) return;
  make_cache_folder(root_);
  write_text(root_ / "CACHEDIR.TAG",
             "Signature: 8a477f597d28d172789f06886806bc55\n# Models of the Hugging Face hub, which can be downloaded "
             "again; see https://bford.info/cachedir/\n");
}

void Cache::write_ref(const std::string& id, const std::string& revision, const std::string& commit) const {
  if (revision == commit) return;
  const fs::path file = model(id) / "refs" / revision;
  if (ref_text(file) == commit) return;
  make_cache_folder(file.parent_path());
  write_text(file, commit);
}

fs::path Cache::link(const std::string& id, const std::string& commit, const std::string& path,
                     const std::string& etag) const {
  const fs::path place = snapshot(id, commit) / path;
  const fs::path target = blob(id, etag).lexically_relative(place.parent_path());
  std::error_code ignored;
  if (fs::is_symlink(place, ignored) && fs::read_symlink(place, ignored) == target) return place;
  make_cache_folder(place.parent_path());
  if (put_link(target, place)) return place;
  std::error_code failed;
  fs::rename(blob(id, etag), place, failed);
  if (failed) throw_errno(place.string(), "put the file in place", failed.value());
  return place;
}

}  // namespace groel::hub
