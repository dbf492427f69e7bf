// Asks for the size, and downloads under a lock.
#include "hub/direct.h"

#include <charconv>

#include "base/error.h"
#include "hub/cache.h"
#include "hub/file_lock.h"

namespace groel::hub {
namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> size_on_server(const DirectRequest& request) {
  HttpClient client(request.download.http);
  const HttpRequest asked{.url = mirrored(request.url), .method = Method::head};
  const std::string text =
      send_patiently(client, asked, request.download.patience, request.url).header("content-length");
  std::uint64_t out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && read.ec == std::errc() ? std::optional(out) : std::nullopt;
}

bool is_there(const fs::path& path, std::optional<std::uint64_t> size) {
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) return false;
  return !size || fs::file_size(path, failed) == *size;
}

// As etags have it: the bare digits of a SHA-256.
std::string etag_of(const std::string& hash) {
  constexpr std::string_view kSha256 = "sha256:";
  return hash.starts_with(kSha256) ? hash.substr(kSha256.size()) : hash;
}

fs::path lock_of(const fs::path& path) { return downloads_folder() / ".locks" / (path.filename().string() + ".lock"); }

}  // namespace

std::uint64_t download_direct(const DirectRequest& request) {
  if (is_offline()) {
    if (is_there(request.path, std::nullopt)) return 0;
    throw Error(ErrorKind::not_found, {"the file is not on this machine, and HF_HUB_OFFLINE forbids to get it",
                                       request.url, "unset HF_HUB_OFFLINE"});
  }
  const RemoteFile remote{.url = mirrored(request.url),
                          .token = {},
                          .etag = etag_of(request.hash),
                          .size = size_on_server(request),
                          .name = request.url};
  if (is_there(request.path, remote.size)) return 0;
  const FileLock lock(lock_of(request.path), [&] {
    if (request.say) request.say(fmt::format("another process downloads {}: waiting for it", request.url));
  });
  if (is_there(request.path, remote.size)) return 0;
  DownloadSettings settings = request.download;
  settings.progress = [&](std::uint64_t bytes) {
    if (request.progress) request.progress({request.path.filename().string(), bytes, remote.size.value_or(bytes)});
  };
  return download_file(remote, request.path, settings);
}

}  // namespace groel::hub
