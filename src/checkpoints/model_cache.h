// Finds models that other programs have downloaded: the caches of huggingface_hub and torch hub.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace groel::checkpoints {

struct CachedModel {
  std::filesystem::path path;  ///< folder of one revision, or a fair-esm file
  std::string revision;        ///< commit; empty in torch hub's cache
  std::string lacks;           ///< what a download that was broken off left out: "config.json"; empty: nothing
};

/// Where huggingface_hub keeps models: $HF_HUB_CACHE, else $HF_HOME/hub, else $XDG_CACHE_HOME/huggingface/hub, else
/// ~/.cache/huggingface/hub.
std::filesystem::path hub_cache();
/// Where torch hub does: $TORCH_HOME, else $XDG_CACHE_HOME/torch, else ~/.cache/torch, and in it hub/checkpoints.
std::filesystem::path torch_cache();

/// What the cache holds of "owner/name": the revision that `main` points to, else the newest.
std::optional<CachedModel> find_in_hub_cache(const std::string& id);
/// `name`.pt in torch hub's cache.
std::optional<CachedModel> find_in_torch_cache(const std::string& name);

/// A model's name for people and files: that of its folder or file, of a snapshot of the cache that of the model.
std::string model_label(const std::filesystem::path& path);

/// Ids of the models in huggingface_hub's cache that have a configuration of one of our families.
std::vector<std::string> cached_ids();

}  // namespace groel::checkpoints
