// Brings a model into the cache: what is needed of it and is not there yet.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "hub/cache.h"
#include "hub/repository.h"

namespace groel::hub {

struct PullProgress {
  std::string file;         ///< that is being downloaded
  std::uint64_t bytes = 0;  ///< of all files, on disk
  std::uint64_t total = 0;  ///< as far as servers said
};

struct PullRequest {
  std::string id;
  std::string revision = "main";
  std::vector<std::string> files{};  ///< these alone; empty: what a model needs
  DownloadSettings download{};
  std::function<void(const PullProgress&)> progress{};  ///< from any thread, one at a time
  std::function<void(const std::string& text)> say{};   ///< "waiting for another process …"
};

struct PulledModel {
  std::filesystem::path folder;  ///< the snapshot
  std::string commit;
  std::vector<std::string> files;  ///< paths in it
  std::uint64_t received = 0;      ///< bytes that came over the network for files
};

/// Files of other revisions with the same content are linked, not downloaded. The revision's ref is written last, when
/// all is there. Offline: what the cache holds of the revision. Errors: as Repository and download_file; not_found when
/// offline and not in the cache.
PulledModel pull_model(const Cache& cache, const PullRequest& request, const HubAccess& access);

}  // namespace groel::hub
