// The layouts of model caches: models--owner--name/{refs/main, snapshots/<commit>/…}, and hub/checkpoints/<name>.pt.
#include "checkpoints/model_cache.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/folders.h"
#include "base/text_file.h"
#include "hub/cache.h"
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

std::string newest(const hub::Cache& cache, const std::string& id, const std::vector<std::string>& commits) {
  std::error_code ignored;
  return *std::max_element(commits.begin(), commits.end(), [&](const std::string& a, const std::string& b) {
    return fs::last_write_time(cache.snapshot(id, a), ignored) < fs::last_write_time(cache.snapshot(id, b), ignored);
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

fs::path hub_cache() { return hub::cache_folder(); }

fs::path torch_cache() {
  const fs::path home = variable("TORCH_HOME");
  return (home.empty() ? cache_home() / "torch" : home) / "hub" / "checkpoints";
}

std::optional<CachedModel> find_in_hub_cache(const std::string& id) {
  const hub::Cache cache;
  const auto commits = cache.commits(id);
  if (commits.empty()) return std::nullopt;
  const std::string commit = cache.commit(id, "main").value_or(newest(cache, id, commits));
  const fs::path snapshot = cache.snapshot(id, commit);
  return CachedModel{snapshot, commit, lacks(snapshot)};
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
  for (const std::string& id : hub::Cache().ids())
    if (const auto found = find_in_hub_cache(id); found && is_ours(found->path)) out.push_back(id);
  return out;
}

}  // namespace groel::checkpoints
