// Files at addresses of their own: no repository, no cache of huggingface_hub's, a hash that is known or none.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "hub/download.h"
#include "hub/pull.h"

namespace groel::hub {

struct DirectRequest {
  std::string url;
  std::string hash{};          ///< "sha256:…", "md5:…"; empty: none is known, and nothing is compared
  std::filesystem::path path;  ///< where it goes
  DownloadSettings download{};
  std::function<void(const PullProgress&)> progress{};  ///< from any thread, one at a time
  std::function<void(const std::string& text)> say{};   ///< "waiting for another process …"
};

/// Downloads it, unless a file of that size is there; a download that was broken off is gone on with. No token is sent.
/// -> bytes that came over the network. Errors: as download_file; not_found when offline and not there.
std::uint64_t download_direct(const DirectRequest& request);

}  // namespace groel::hub
