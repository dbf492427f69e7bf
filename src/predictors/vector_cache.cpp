// Finds, keeps and forgets vectors on disk.
#include "predictors/vector_cache.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/error.h"
#include "base/sha256.h"

namespace groel::predictors {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kFullShard = std::size_t{32} << 20;
constexpr std::int64_t kLongestWait = 30;  // seconds of computing that a killed run may lose
constexpr std::int64_t kStale = 3600;

std::int64_t now() { return static_cast<std::int64_t>(std::time(nullptr)); }

json to_json(const VectorKind& kind) {
  return {{"model", kind.model},
          {"fingerprint", kind.fingerprint},
          {"output", bio::name(kind.output)},
          {"layer", kind.layer},
          {"dtype", kind.dtype},
          {"width", kind.width}};
}

std::string folder_name(json kind) {
  kind.erase("model");
  return sha256(kind.dump()).substr(0, 24);
}

struct File {
  fs::path path;
  std::uint64_t bytes = 0;
  std::int64_t used = 0, written = 0;
  bool whole = false;  // a shard's name, and no temporary one
};

// What another process removes meanwhile is not there.
std::vector<File> files_in(const fs::path& folder) {
  std::vector<File> out;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    struct stat status {};
    if (::lstat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    const std::string name = entry.path().filename().string();
    out.push_back({entry.path(), static_cast<std::uint64_t>(status.st_size),
                   std::max<std::int64_t>(status.st_atime, status.st_mtime), status.st_mtime,
                   name.ends_with(kShardTail)});
  }
  if (failed && failed != std::errc::no_such_file_or_directory)
    throw_errno(folder.string(), "list the folder", failed.value());
  return out;
}

std::vector<fs::path> kind_folders(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed))
    if (entry.is_directory(failed)) out.push_back(entry.path());
  return out;
}

// Its time of access says when it was used; that of its change is left alone, by which mapped files are told apart.
void touch(const fs::path& path) {
  const timespec times[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
  ::utimensat(AT_FDCWD, path.c_str(), times, 0);
}

std::uint64_t remove_file(const File& file) {
  std::error_code failed;
  return fs::remove(file.path, failed) ? file.bytes : 0;
}

}  // namespace

VectorCache::VectorCache(fs::path folder, std::uint64_t limit, const VectorKind& kind)
    : all_(std::move(folder)), folder_(all_ / folder_name(to_json(kind))), limit_(limit), kind_(to_json(kind)) {
  try {
    read_shards();
  } catch (const Error& error) {
    trouble_ = error.what();
  }
}

void VectorCache::read_shards() {
  for (const File& file : files_in(folder_)) {
    if (!file.whole) continue;
    std::optional<VectorShard> shard;
    try {
      shard = VectorShard::open(file.path);
    } catch (const Error&) {  // gone meanwhile, or nothing that may be read
      continue;
    }
    if (!shard || folder_name(shard->kind()) != folder_.filename()) {
      ++damaged_;
      remove_file(file);
      continue;
    }
    for (std::size_t e = 0; e < shard->entries().size(); ++e) places_[shard->entries()[e].key] = {shards_.size(), e};
    shards_.push_back(*std::move(shard));
    used_.push_back(false);
  }
}

std::string VectorCache::key_of(std::span<const std::int32_t> ids) {
  return sha256({reinterpret_cast<const char*>(ids.data()), ids.size_bytes()}).substr(0, 32);
}

bool VectorCache::find(const std::string& key, std::size_t count, float* to) {
  const auto found = places_.find(key);
  if (found == places_.end()) return false;
  const VectorShard& shard = shards_[found->second.shard];
  const VectorShard::Entry& entry = shard.entries()[found->second.entry];
  if (entry.count != count) return false;
  if (!shard.read(entry, to)) {
    ++damaged_;
    std::error_code ignored;
    fs::remove(shard.path(), ignored);
    places_.erase(found);
    return false;
  }
  if (!used_[found->second.shard]) touch(shard.path());
  used_[found->second.shard] = true;
  return true;
}

void VectorCache::add(const std::string& key, std::span<const float> values) {
  if (!trouble_.empty()) return;
  if (new_.empty()) waiting_since_ = now();
  new_.add(key, values);
  if (new_.bytes() >= kFullShard || now() - waiting_since_ >= kLongestWait) flush();
}

void VectorCache::write() {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (failed) throw_errno(folder_.string(), "create the folder", failed.value());
  new_.write(folder_, kind_);
  trim_vectors(all_, limit_);
}

void VectorCache::flush() {
  if (new_.empty() || !trouble_.empty()) return;
  try {
    write();
  } catch (const Error& error) {
    trouble_ = error.what();
    new_ = {};
  }
}

std::vector<CachedKind> cached_vectors(const fs::path& folder) {
  std::vector<CachedKind> out;
  for (const fs::path& one : kind_folders(folder)) {
    CachedKind kind;
    for (const File& file : files_in(one)) {
      kind.bytes += file.bytes;
      kind.last_used = std::max(kind.last_used, file.used);
      if (!file.whole) continue;
      const auto shard = VectorShard::open(file.path);
      if (!shard) continue;
      ++kind.files;
      kind.entries += static_cast<std::int64_t>(shard->entries().size());
      kind.kind = shard->kind();
    }
    if (kind.bytes > 0) out.push_back(std::move(kind));
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
  return out;
}

std::uint64_t trim_vectors(const fs::path& folder, std::uint64_t limit) {
  std::vector<File> files;
  for (const fs::path& one : kind_folders(folder))
    for (File& file : files_in(one)) files.push_back(std::move(file));
  std::uint64_t total = 0, removed = 0;
  std::erase_if(files, [&](const File& file) {
    const bool stale = !file.whole && (limit == 0 || now() - file.written > kStale);
    if (stale) removed += remove_file(file);
    if (!stale) total += file.bytes;
    return stale || !file.whole;
  });
  std::stable_sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.used < b.used; });
  for (const File& file : files) {
    if (total <= limit) break;
    removed += remove_file(file);
    total -= file.bytes;
  }
  std::error_code ignored;
  if (limit == 0)
    for (const fs::path& one : kind_folders(folder)) fs::remove(one, ignored);  // where it is empty
  return removed;
}

}  // namespace groel::predictors
