// The cache of huggingface_hub: models--owner--name/{blobs, refs, snapshots}, read and written by its rules.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hub/environment.h"

namespace groel::hub {

/// A cache and the places in it. Nothing here makes a folder but what is said to write.
class Cache {
 public:
  explicit Cache(std::filesystem::path root = cache_folder()) : root_(std::move(root)) {}

  const std::filesystem::path& root() const noexcept { return root_; }
  std::filesystem::path model(const std::string& id) const;
  std::filesystem::path blob(const std::string& id, const std::string& etag) const;
  std::filesystem::path snapshot(const std::string& id, const std::string& commit) const;
  /// The file that is locked while a blob is written: .locks/models--owner--name/<etag>.lock.
  std::filesystem::path lock(const std::string& id, const std::string& etag) const;

  /// Ids of the models in it, sorted.
  std::vector<std::string> ids() const;
  /// The commits of a model that have a folder, sorted.
  std::vector<std::string> commits(const std::string& id) const;
  /// The commit that a revision stands for: what refs/<revision> says, or the revision itself when it is a commit with
  /// a folder.
  std::optional<std::string> commit(const std::string& id, const std::string& revision) const;
  /// A file of a commit that is there, whole; not where a link leads nowhere.
  std::optional<std::filesystem::path> file(const std::string& id, const std::string& commit,
                                            const std::string& path) const;
  /// Paths of the files of a commit that are there, sorted.
  std::vector<std::string> files(const std::string& id, const std::string& commit) const;

  /// Marks a file that the commit does not have: .no_exist/<commit>/<path>. Errors: io.
  void write_absent(const std::string& id, const std::string& commit, const std::string& path) const;
  /// CACHEDIR.TAG, by which backups know that the folder need not be kept. Errors: io.
  void write_tag() const;
  /// Writes refs/<revision>, unless the revision is the commit. Errors: io.
  void write_ref(const std::string& id, const std::string& revision, const std::string& commit) const;
  /// Makes snapshots/<commit>/<path> a relative link to the blob; where there are no links, the blob moves there.
  /// Errors: io.
  std::filesystem::path link(const std::string& id, const std::string& commit, const std::string& path,
                             const std::string& etag) const;

 private:
  std::filesystem::path root_;
};

/// Makes a folder of the cache and those above it. Errors: io, with what to do where the cache is read-only.
void make_cache_folder(const std::filesystem::path& folder);

}  // namespace groel::hub
