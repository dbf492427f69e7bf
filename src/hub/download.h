// One file from a server to the disk: in parallel ranges, gone on with after any break, checked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "hub/http.h"
#include "hub/patience.h"

namespace groel::hub {

struct RemoteFile {
  std::string url;
  std::string token;                  ///< for the host of `url` alone
  std::string etag;                   ///< the hash it must have, where it has the form of one
  std::optional<std::uint64_t> size;  ///< bytes; none: the server does not say
  std::string name;                   ///< for messages: "facebook/esm2_t6_8M_UR50D, model.safetensors"
};

struct DownloadSettings {
  HttpSettings http{};
  Patience patience{};
  int connections = 4;                                  ///< at most; further ones open while those open are slow
  std::uint64_t enough_for_one = 100'000'000;           ///< bytes a second that a connection brings when it is not slow
  double open_next_after = 0.1;                         ///< seconds
  std::uint64_t range_bytes = std::uint64_t{8} << 20;   ///< of one request; each connection keeps that much in memory
  int fresh_starts = 2;                                 ///< after a file that changed on the server, or a wrong hash
  std::function<void(std::uint64_t bytes)> progress{};  ///< of the file on disk; from any thread, one at a time
};

/// Downloads to `path`, through `<path>.incomplete`, which stays when it fails and is gone on with by the next call.
/// -> bytes that came over the network. Errors: io, not_found, as throw_reply says; io for a full disk; bad_model for a
/// file that is not what the server announced; interrupted.
std::uint64_t download_file(const RemoteFile& file, const std::filesystem::path& path,
                            const DownloadSettings& settings);

}  // namespace groel::hub
