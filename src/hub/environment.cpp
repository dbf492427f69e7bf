// Reads huggingface_hub's environment variables.
#include "hub/environment.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "base/error.h"
#include "base/text_file.h"

namespace groel::hub {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// "~" and "~/…" as Python's expanduser reads them.
fs::path folder(const char* name) {
  const std::string value = variable(name);
  if (value == "~") return variable("HOME");
  if (value.starts_with("~/")) return fs::path(variable("HOME")) / value.substr(2);
  return value;
}

bool is_on(const char* name) {
  std::string value = variable(name);
  std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::toupper(c); });
  return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

fs::path caches() {
  const fs::path own = folder("XDG_CACHE_HOME");
  return own.empty() ? fs::path(variable("HOME")) / ".cache" : own;
}

fs::path home() {
  const fs::path own = folder("HF_HOME");
  return own.empty() ? caches() / "huggingface" : own;
}

std::string trimmed(const std::string& text) {
  constexpr const char* kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string token_in_file() {
  const fs::path given = folder("HF_TOKEN_PATH");
  const fs::path file = given.empty() ? home() / "token" : given;
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) return {};
  constexpr std::size_t kLongest = 4096;
  return trimmed(read_text(file, kLongest));
}

std::optional<fs::path> own_cache(const char* name) {
  const fs::path own = folder("XDG_CACHE_HOME");
  if (own.is_absolute()) return own / "groel" / name;
  const fs::path user = variable("HOME");
  return user.is_absolute() ? std::optional(user / ".cache" / "groel" / name) : std::nullopt;
}

}  // namespace

std::string endpoint() {
  std::string value = trimmed(variable("HF_ENDPOINT"));
  while (value.ends_with('/')) value.pop_back();
  return value.empty() ? "https://huggingface.co" : value;
}

fs::path cache_folder() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (fs::path own = folder(name); !own.empty()) return own;
  return home() / "hub";
}

fs::path downloads_folder() { return caches() / "groel" / "downloads"; }

std::optional<fs::path> vectors_folder() { return own_cache("vectors"); }

std::optional<fs::path> searches_folder() { return own_cache("searches"); }

std::string mirrored(const std::string& url) {
  std::string mirror = trimmed(variable("GROEL_FILE_MIRROR"));
  while (mirror.ends_with('/')) mirror.pop_back();
  const auto host = url.find("://");
  return mirror.empty() || host == std::string::npos ? url : mirror + "/" + url.substr(host + 3);
}

bool is_offline() { return is_on("HF_HUB_OFFLINE") || is_on("TRANSFORMERS_OFFLINE"); }

std::string token() {
  if (is_on("HF_HUB_DISABLE_IMPLICIT_TOKEN")) return {};
  std::string value = trimmed(variable("HF_TOKEN"));
  if (value.empty()) value = trimmed(variable("HUGGING_FACE_HUB_TOKEN"));
  if (value.empty()) value = token_in_file();
  // It becomes a line of the request; the value itself is said nowhere.
  if (std::all_of(value.begin(), value.end(), [](unsigned char c) { return std::isgraph(c) != 0; })) return value;
  throw Error(ErrorKind::usage, {"the token for the hub holds spaces or characters that no token has", "HF_TOKEN",
                                 "copy it again from https://huggingface.co/settings/tokens"});
}

}  // namespace groel::hub
