// What the environment says about the hub: the variables of huggingface_hub, with the same meaning.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace groel::hub {

/// $HF_ENDPOINT without a slash at its end, else https://huggingface.co.
std::string endpoint();

/// $HF_HUB_CACHE, else $HUGGINGFACE_HUB_CACHE, else hub in $HF_HOME, else huggingface/hub in $XDG_CACHE_HOME, else in
/// ~/.cache.
std::filesystem::path cache_folder();

/// Where files from their publishers' own addresses go that no other program has a place for: groel/downloads in
/// $XDG_CACHE_HOME, else in ~/.cache.
std::filesystem::path downloads_folder();
/// Where vectors of sequences are kept for later runs: groel/vectors in $XDG_CACHE_HOME, else in ~/.cache; none where
/// neither that nor HOME is set.
std::optional<std::filesystem::path> vectors_folder();
/// The same for results of searches: groel/searches.
std::optional<std::filesystem::path> searches_folder();
/// Where to get the file of an address: $GROEL_FILE_MIRROR/host/path where that is set, else the address itself.
std::string mirrored(const std::string& url);

/// $HF_HUB_OFFLINE or $TRANSFORMERS_OFFLINE is 1, on, yes or true.
bool is_offline();

/// $HF_TOKEN, else the file that `hf auth login` writes; empty: none. Errors: usage when it cannot be a token.
std::string token();

}  // namespace groel::hub
