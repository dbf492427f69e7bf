// Fetches, checks size and hash, and begins again when the file was not what was announced.
#include "hub/download.h"

#include "base/error.h"
#include "base/options.h"
#include "hub/partial_file.h"
#include "hub/ranges.h"

namespace groel::hub {
namespace {

namespace fs = std::filesystem;

void check_space(const RemoteFile& remote, const PartialFile& file, const fs::path& path) {
  if (!remote.size || *remote.size <= file.size()) return;
  const std::uint64_t needed = *remote.size - file.size();
  std::error_code failed;
  const fs::space_info space = fs::space(path.parent_path(), failed);
  if (failed || space.available >= needed) return;
  throw Error(ErrorKind::io,
              {fmt::format("the disk has no room for it: {} are to come, {} are free", format_bytes(needed),
                           format_bytes(space.available)),
               path.string(), "free some space, or name a folder on another disk: export HF_HUB_CACHE=FOLDER"});
}

Error changing(const RemoteFile& remote) {
  return {ErrorKind::io,
          {"the file on the server is not the one it announced, or changes while it is downloaded", remote.name,
           "try again later, or from another place (HF_ENDPOINT)"}};
}

Error wrong_hash(const RemoteFile& remote, const std::string& found) {
  return {ErrorKind::bad_model,
          {fmt::format("what came is not the file that was announced: its hash is {}, not {}", found, remote.etag),
           remote.name, "a proxy or a mirror may have changed it: get it from another place (HF_ENDPOINT)"}};
}

class Download {
 public:
  Download(const RemoteFile& remote, const fs::path& path, const DownloadSettings& settings)
      : remote_(remote), settings_(settings), file_(path, remote.etag), ranges_(remote.size.has_value()) {
    if (remote.size && file_.size() > *remote.size) file_.clear();
    check_space(remote, file_, path);
  }

  std::uint64_t run() {
    for (int starts = 0;; ++starts) {
      const bool last = starts >= settings_.fresh_starts;
      if (fetch() == Ended::changed) {
        if (last) throw changing(remote_);
      } else if (const std::string found = file_.hash(); found.empty() || found == remote_.etag) {
        file_.commit();
        return received_;
      } else if (last) {
        file_.clear();  // nothing to go on with
        throw wrong_hash(remote_, found);
      }
      file_.clear();
    }
  }

 private:
  Ended fetch() {
    if (remote_.size == file_.size()) return Ended::whole;
    Ended ended = ranges_ ? fetch_ranges(remote_, file_, settings_, received_) : Ended::no_ranges;
    if (ended == Ended::no_ranges) {
      ranges_ = false;
      ended = fetch_whole(remote_, file_, settings_, received_);
    }
    const bool other_size = remote_.size && *remote_.size != file_.size();
    return ended == Ended::whole && other_size ? Ended::changed : ended;
  }

  const RemoteFile& remote_;
  const DownloadSettings& settings_;
  PartialFile file_;
  bool ranges_;
  std::uint64_t received_ = 0;
};

}  // namespace

std::uint64_t download_file(const RemoteFile& file, const fs::path& path, const DownloadSettings& settings) {
  return Download(file, path, settings).run();
}

}  // namespace groel::hub
