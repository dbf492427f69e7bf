// Checks of names, the names of folders of the cache, and quoting for addresses.
#include "hub/names.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace groel::hub {
namespace {

constexpr std::string_view kPrefix = "models--";
constexpr std::size_t kLongest = 1000;  // characters, of any name

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.'; }

// Stays below the folder that it is put after.
bool is_inner_path(const std::string& path) {
  if (path.empty() || path.size() > kLongest || path.find('\\') != std::string::npos) return false;
  if (std::any_of(path.begin(), path.end(), [](unsigned char c) { return c < ' ' || c == 127; })) return false;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t slash = std::min(path.find('/', from), path.size());
    const std::string_view part = std::string_view(path).substr(from, slash - from);
    if (part.empty() || part == "." || part == "..") return false;
    from = slash + 1;
  }
  return true;
}

std::string quoted(std::string_view text, std::string_view kept) {
  std::string out;
  for (const char c : text)
    if (is_word(c) || c == '~' || kept.find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

}  // namespace

void check_model_id(const std::string& id) {
  const auto slashes = std::count(id.begin(), id.end(), '/');
  const bool words = std::all_of(id.begin(), id.end(), [](char c) { return is_word(c) || c == '/'; });
  if (is_inner_path(id) && slashes <= 1 && words && id.find("--") == std::string::npos &&
      id.find("..") == std::string::npos)
    return;
  throw Error(ErrorKind::usage,
              {"this is no name of a model of the hub", id, "it is owner/name, as in facebook/esm2_t6_8M_UR50D"});
}

void check_revision(const std::string& revision) {
  if (!is_inner_path(revision))
    throw Error(ErrorKind::usage, {"this is no revision", revision, "it is a branch, a tag or a commit, as in main"});
}

void check_file_path(const std::string& path) {
  if (!is_inner_path(path))
    throw Error(ErrorKind::bad_model, {"the repository lists a file under a name that leads out of its folder", path,
                                       "take the model from another place, and tell its owner"});
}

bool is_commit(std::string_view text) { return is_hex(text, 40); }
bool is_sha256(std::string_view text) { return is_hex(text, 64); }

std::string plain_etag(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  constexpr std::size_t kLongestEtag = 200;  // a name has at most 255 bytes, and ".incomplete" comes after it
  const bool words = std::all_of(etag.begin(), etag.end(), is_word);
  return words && !etag.starts_with('.') && etag.size() <= kLongestEtag ? std::string(etag) : std::string();
}

std::string folder_name(const std::string& id) {
  std::string name = std::string(kPrefix) + id;
  if (const auto slash = name.find('/'); slash != std::string::npos) name.replace(slash, 1, "--");
  return name;
}

std::string id_of_folder(const std::string& name) {
  if (!name.starts_with(kPrefix)) return {};
  std::string id = name.substr(kPrefix.size());
  if (const auto dashes = id.find("--"); dashes != std::string::npos) id.replace(dashes, 2, "/");
  return id;
}

std::string url_quoted(std::string_view path) { return quoted(path, "/"); }
std::string url_quoted_part(std::string_view text) { return quoted(text, ""); }

}  // namespace groel::hub
