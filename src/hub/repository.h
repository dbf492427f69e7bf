// A model's repository on a hub: which commit a revision is, its files, and where each can be had.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hub/download.h"
#include "hub/environment.h"

namespace groel::hub {

/// How to reach a hub; as the environment says.
struct HubAccess {
  std::string address = endpoint();
  std::string token = hub::token();
  HttpSettings http{};
  Patience patience{};
};

struct RepositoryFile {
  std::string path;
  std::optional<std::uint64_t> size;  ///< not every mirror says
};

struct RepositoryRevision {
  std::string commit;
  std::vector<RepositoryFile> files;
  bool has(const std::string& path) const;
};

class Repository {
 public:
  /// Errors: usage, for what is no id.
  Repository(std::string id, HubAccess access);

  /// Errors: not_found; io; see throw_reply. Names of files that lead out of a folder are refused (bad_model).
  RepositoryRevision revision(const std::string& name);
  /// A file of a commit: its etag, as blobs are named, its size and address. Errors: the same.
  RemoteFile file(const std::string& commit, const std::string& path);

 private:
  HttpRequest request(const std::string& path) const;

  std::string id_;
  HubAccess access_;
  HttpClient client_;
};

}  // namespace groel::hub
