// Downloads with their progress shown, as `groel pull` and --pull do them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.h"
#include "hub/direct.h"
#include "hub/pull.h"
#include "models/published.h"

namespace groel::tasks {

/// Brings a model of the hub into the cache. Errors: as hub::pull_model.
hub::PulledModel download_model(hub::PullRequest request, Sink& sink);

struct DirectDownload {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> unchecked;  ///< names of those whose hash nobody has published
  std::uint64_t received = 0;          ///< bytes that came over the network
};

/// Brings files of their publisher's into a folder. Errors: as hub::download_direct.
DirectDownload download_files(const std::vector<models::DirectFile>& files, const std::filesystem::path& folder,
                              const hub::DownloadSettings& settings, Sink& sink);

}  // namespace groel::tasks
