// The layouts of model caches: models--owner--name/{refs/main, snapshots/<commit>/…}, and hub/checkpoints/<name>.pt.
#include "checkpoints/model_cache.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/text_file.h"
#include "io/checkpoint_files.h"
#include "models/family.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;

const std::string kPrefix = "models--";

fs::path variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? fs::path() : fs::path(value);
}

fs::path cache_home() {
  const fs::path home = variable("XDG_CACHE_HOME");
  return home.empty() ? variable("HOME") / ".cache" : home;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;  // also where a link of the snapshot leads nowhere
  return fs::exists(path, ignored);
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code ignored;
    if (at->is_directory(ignored)) out.push_back(at->path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

fs::path folder_of(const std::string& id) {
  std::string name = kPrefix + id;
  if (const auto slash = name.find('/'); slash != std::string::npos) name.replace(slash, 1, "--");
  return hub_cache() / name;
}

// The first line of refs/main.
std::string main_revision(const fs::path& model) {
  constexpr std::size_t kLongest = 200;
  const fs::path file = model / "refs" / "main";
  std::error_code failed;
  if (!fs::is_regular_file(file, failed) || fs::file_size(file, failed) > kLongest || failed) return {};
  std::string text = read_text(file);
  text.erase(std::min(text.find_first_of("\r\n "), text.size()));
  return text.find('/') == std::string::npos ? text : std::string();
}

fs::path newest(const std::vector<fs::path>& snapshots) {
  std::error_code ignored;
  return *std::max_element(snapshots.begin(), snapshots.end(), [&](const fs::path& a, const fs::path& b) {
    return fs::last_write_time(a, ignored) < fs::last_write_time(b, ignored);
  });
}

// A snapshot is linked to file by file as the files arrive.
std::string lacks(const fs::path& snapshot) {
  if (!is_there(snapshot / "config.json")) return "config.json";
  try {
    return io::missing_weights(snapshot);
  } catch (const Error&) {
    return "an index of its shards that can be read";
  }
}

bool is_ours(const fs::path& snapshot) {
  try {
    const nlohmann::json config = read_json(snapshot / "config.json");
    const auto& all = models::families();
    return std::any_of(all.begin(), all.end(), [&](const models::Family& family) { return family.accepts(config); });
  } catch (const Error&) {
    return false;  // no configuration that can be read: none of ours
  }
}

}  // namespace

fs::path hub_cache() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const fs::path folder = variable(name); !folder.empty()) return folder;
  const fs::path home = variable("HF_HOME");
  return (home.empty() ? cache_home() / "huggingface" : home) / "hub";
}

fs::path torch_cache() {
  const fs::path home = variable("TORCH_HOME");
  return (home.empty() ? cache_home() / "torch" : home) / "hub" / "checkpoints";
}

std::optional<CachedModel> find_in_hub_cache(const std::string& id) {
  const fs::path model = folder_of(id);
  const auto snapshots = folders_in(model / "snapshots");
  if (snapshots.empty()) return std::nullopt;
  fs::path snapshot = model / "snapshots" / main_revision(model);
  if (!snapshot.has_filename() || !is_there(snapshot)) snapshot = newest(snapshots);
  return CachedModel{snapshot, snapshot.filename().string(), lacks(snapshot)};
}

std::optional<CachedModel> find_in_torch_cache(const std::string& name) {
  const fs::path file = torch_cache() / (name + ".pt");
  if (!is_there(file)) return std::nullopt;
  return CachedModel{file, {}, {}};
}

std::string model_label(const fs::path& path) {
  const fs::path whole = path.has_filename() ? path : path.parent_path();
  const std::string folder = whole.parent_path().parent_path().filename().string();
  if (whole.parent_path().filename() != "snapshots" || !folder.starts_with(kPrefix)) return whole.filename().string();
  return folder.substr(folder.rfind("--") + 2);
}

std::vector<std::string> cached_ids() {
  std::vector<std::string> out;
  for (const fs::path& folder : folders_in(hub_cache())) {
    std::string id = folder.filename().string();
    if (!id.starts_with(kPrefix)) continue;
    id.erase(0, kPrefix.size());
    if (const auto dashes = id.find("--"); dashes != std::string::npos) id.replace(dashes, 2, "/");
    if (const auto found = find_in_hub_cache(id); found && is_ours(found->path)) out.push_back(id);
  }
  return out;
}

}  // namespace groel::checkpoints
