// List, choose, look what is there, download the rest, link, and write the ref.
#include "hub/pull.h"

#include <algorithm>

#include "base/error.h"
#include "hub/choose.h"
#include "hub/file_lock.h"
#include "hub/names.h"
#include "hub/partial_file.h"

namespace groel::hub {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::uint64_t size_of(const fs::path& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  return failed ? 0 : size;
}

PulledModel from_cache(const Cache& cache, const PullRequest& request) {
  const auto commit = cache.commit(request.id, request.revision);
  if (!commit)
    throw Error(ErrorKind::not_found,
                {fmt::format("revision {} is not in the cache, and HF_HUB_OFFLINE forbids to get it", request.revision),
                 request.id, "unset HF_HUB_OFFLINE"});
  for (const std::string& path : request.files)
    if (!cache.file(request.id, *commit, path))
      throw Error(ErrorKind::not_found, {"the file is not in the cache, and HF_HUB_OFFLINE forbids to get it",
                                         request.id + ", " + path, "unset HF_HUB_OFFLINE"});
  return {cache.snapshot(request.id, *commit), *commit, cache.files(request.id, *commit), 0};
}

class Pull {
 public:
  Pull(const Cache& cache, const PullRequest& request, const HubAccess& access)
      : cache_(cache), request_(request), repository_(request.id, access) {}

  PulledModel run() {
    const RepositoryRevision revision = repository_.revision(request_.revision);
    out_.commit = revision.commit;
    out_.folder = cache_.snapshot(request_.id, revision.commit);
    for (const std::string& path : request_.files) require(path, revision);
    if (request_.files.empty())
      get_needed(revision);
    else
      get(request_.files);
    cache_.write_ref(request_.id, request_.revision, revision.commit);
    std::sort(out_.files.begin(), out_.files.end());
    return std::move(out_);
  }

 private:
  void require(const std::string& path, const RepositoryRevision& revision) const {
    check_file_path(path);
    if (revision.has(path)) return;
    cache_.write_absent(request_.id, out_.commit, path);  // as Python's tools do: they ask no more
    throw Error(ErrorKind::not_found, {"the repository has no such file", request_.id + ", " + path, {}});
  }

  void get_needed(const RepositoryRevision& revision) {
    const NeededFiles needed = needed_files(revision, request_.id);
    get(needed.files);
    if (!needed.index.empty()) get(shards_of(out_.folder / needed.index, revision));
  }

  void get(const std::vector<std::string>& paths) {
    std::vector<RemoteFile> files;
    for (const std::string& path : paths) {
      check_file_path(path);
      files.push_back(repository_.file(out_.commit, path));
      total_ += files.back().size.value_or(0);
    }
    for (std::size_t i = 0; i < paths.size(); ++i) get(paths[i], files[i]);
  }

  void get(const std::string& path, const RemoteFile& file) {
    const fs::path blob = cache_.blob(request_.id, file.etag);
    if (!is_there(path, file)) {
      if (!is_whole(blob, file)) download(path, file, blob);
      if (!is_there(path, file)) link(path, file);
    }
    done_ += size_of(out_.folder / path);
    report(path, 0);
    out_.files.push_back(path);
  }

  // A blob that a power cut shortened is not.
  static bool is_whole(const fs::path& blob, const RemoteFile& file) {
    return is_file(blob) && (!file.size || size_of(blob) == *file.size);
  }

  // A link to that blob; or where there are no links, a file of that size.
  bool is_there(const std::string& path, const RemoteFile& file) const {
    const fs::path place = out_.folder / path;
    std::error_code ignored;
    if (!fs::is_symlink(place, ignored)) return file.size && is_whole(place, file);
    return fs::read_symlink(place, ignored).filename() == file.etag && is_whole(place, file);
  }

  void download(const std::string& path, const RemoteFile& file, const fs::path& blob) {
    const FileLock lock(cache_.lock(request_.id, file.etag), [&] {
      if (request_.say) request_.say(fmt::format("another process downloads {}: waiting for it", file.name));
    });
    if (is_whole(blob, file)) return;
    cache_.write_tag();
    DownloadSettings settings = request_.download;
    settings.progress = [&](std::uint64_t bytes) { report(path, bytes); };
    out_.received += download_file(file, blob, settings);
    link(path, file);  // under the lock: a blob that nothing links to may be cleared away
  }

  void link(const std::string& path, const RemoteFile& file) { cache_.link(request_.id, out_.commit, path, file.etag); }

  void report(const std::string& path, std::uint64_t bytes) {
    if (request_.progress) request_.progress({path, done_ + bytes, std::max(total_, done_ + bytes)});
  }

  const Cache& cache_;
  const PullRequest& request_;
  Repository repository_;
  PulledModel out_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

PulledModel pull_model(const Cache& cache, const PullRequest& request, const HubAccess& access) {
  check_model_id(request.id);
  check_revision(request.revision);
  if (is_offline()) return from_cache(cache, request);
  return Pull(cache, request, access).run();
}

}  // namespace groel::hub
