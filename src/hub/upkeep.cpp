// Walks over the folders of the cache.
#include "hub/upkeep.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/folders.h"
#include "hub/content_hash.h"
#include "hub/file_lock.h"
#include "hub/names.h"

namespace groel::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIncomplete = ".incomplete";

struct Busy {};

// Everything below a folder that is no folder, links as links.
std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code ignored;
    if (at->is_symlink(ignored) || !at->is_directory(ignored)) out.push_back(at->path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::uint64_t bytes_of(const fs::path& file) {
  std::error_code failed;
  const bool counts = fs::is_regular_file(fs::symlink_status(file, failed));
  const auto size = counts ? fs::file_size(file, failed) : 0;
  return failed ? 0 : size;
}

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t sum = 0;
  for (const fs::path& file : files_below(folder)) sum += bytes_of(file);
  return sum;
}

void require(const Cache& cache, const std::string& id) {
  check_model_id(id);
  std::error_code ignored;
  if (!fs::is_directory(cache.model(id), ignored))
    throw Error(ErrorKind::not_found, {"the cache holds no such model", id, "the cache is " + cache.root().string()});
}

std::vector<std::string> refs_to(const Cache& cache, const std::string& id, const std::string& commit) {
  std::vector<std::string> out;
  const fs::path refs = cache.model(id) / "refs";
  for (const fs::path& file : files_below(refs)) {
    const std::string name = file.lexically_relative(refs).generic_string();
    if (cache.commit(id, name) == commit) out.push_back(name);
  }
  return out;
}

std::uint64_t remove_file(const fs::path& file) {
  const std::uint64_t bytes = bytes_of(file);
  std::error_code failed;
  fs::remove(file, failed);
  if (failed) throw_errno(file.string(), "remove the file", failed.value());
  return bytes;
}

std::uint64_t remove_unnamed_commits(const Cache& cache, const std::string& id) {
  const CacheEntry entry = describe_cached(cache, id);
  const bool any = std::any_of(entry.revisions.begin(), entry.revisions.end(),
                               [](const CachedRevision& revision) { return !revision.refs.empty(); });
  std::uint64_t freed = 0;
  for (const CachedRevision& revision : entry.revisions) {
    if (!any || !revision.refs.empty()) continue;
    const fs::path folder = cache.snapshot(id, revision.commit);
    freed += bytes_below(folder);
    remove_folder(folder);
    std::error_code ignored;
    fs::remove_all(cache.model(id) / ".no_exist" / revision.commit, ignored);
  }
  return freed;
}

std::set<std::string> linked_blobs(const Cache& cache, const std::string& id) {
  std::set<std::string> out;
  for (const fs::path& file : files_below(cache.model(id) / "snapshots")) {
    std::error_code failed;
    if (fs::is_symlink(file, failed)) out.insert(fs::read_symlink(file, failed).filename().string());
  }
  return out;
}

// By which it is locked: "etag", "etag.incomplete", or as newer Python has it, "etag.0a1b2c3d.incomplete".
std::string lock_name_of(std::string name) {
  if (!name.ends_with(kIncomplete)) return name;
  name.erase(name.size() - kIncomplete.size());
  constexpr std::size_t kTail = 9;
  const auto dot = name.size() > kTail ? name.size() - kTail : 0;
  const bool tail = dot > 0 && name[dot] == '.' && name.find_first_not_of("0123456789abcdef", dot + 1) == name.npos;
  return tail ? name.substr(0, dot) : name;
}

// Under the lock of whoever downloads it.
std::uint64_t remove_blob(const Cache& cache, const std::string& id, const fs::path& blob) {
  try {
    const FileLock lock(cache.lock(id, lock_name_of(blob.filename().string())), [] { throw Busy(); });
    return linked_blobs(cache, id).contains(blob.filename().string()) ? 0 : remove_file(blob);
  } catch (const Busy&) {
    return 0;
  }
}

}  // namespace

CacheEntry describe_cached(const Cache& cache, const std::string& id) {
  CacheEntry out{id, bytes_below(cache.model(id) / "blobs") + bytes_below(cache.model(id) / "snapshots"), {}};
  for (const std::string& commit : cache.commits(id))
    out.revisions.push_back({commit, refs_to(cache, id, commit), cache.files(id, commit)});
  return out;
}

std::vector<CacheEntry> list_cache(const Cache& cache) {
  std::vector<CacheEntry> out;
  for (const std::string& id : cache.ids()) out.push_back(describe_cached(cache, id));
  return out;
}

std::uint64_t remove_cached(const Cache& cache, const std::string& id) {
  require(cache, id);
  const std::uint64_t bytes = bytes_below(cache.model(id));
  remove_folder(cache.model(id));
  std::error_code ignored;
  fs::remove_all(cache.root() / ".locks" / folder_name(id), ignored);
  return bytes;
}

std::uint64_t prune_cached(const Cache& cache, const std::string& id) {
  require(cache, id);
  std::uint64_t freed = remove_unnamed_commits(cache, id);
  const std::set<std::string> linked = linked_blobs(cache, id);
  for (const fs::path& blob : files_below(cache.model(id) / "blobs"))
    if (!linked.contains(blob.filename().string())) freed += remove_blob(cache, id, blob);
  return freed;
}

std::vector<CacheProblem> verify_cached(const Cache& cache, const std::string& id) {
  require(cache, id);
  std::vector<CacheProblem> out;
  for (const fs::path& file : files_below(cache.model(id) / "snapshots")) {
    std::error_code ignored;
    if (!fs::exists(file, ignored)) out.push_back({file.string(), "it links to a file that is not there"});
  }
  for (const fs::path& blob : files_below(cache.model(id) / "blobs")) {
    const std::string name = blob.filename().string();
    if (name.ends_with(kIncomplete)) {
      out.push_back({blob.string(), "a download that was broken off"});
    } else if (const std::string hash = hash_as_etag(blob, name); !hash.empty() && hash != name) {
      out.push_back({blob.string(), fmt::format("its content is not what its name says: its hash is {}", hash)});
    }
  }
  return out;
}

}  // namespace groel::hub
