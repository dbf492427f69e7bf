// What the environment says about the hub: the variables of huggingface_hub, with the same meaning.
#pragma once

#include <filesystem>
#include <string>

namespace groel::hub {

/// $HF_ENDPOINT without a slash at its end, else https://huggingface.co.
std::string endpoint();

/// $HF_HUB_CACHE, else $HUGGINGFACE_HUB_CACHE, else hub in $HF_HOME, else huggingface/hub in $XDG_CACHE_HOME, else in
/// ~/.cache.
std::filesystem::path cache_folder();

/// $HF_HUB_OFFLINE or $TRANSFORMERS_OFFLINE is 1, on, yes or true.
bool is_offline();

/// $HF_TOKEN, else the file that `hf auth login` writes; empty: none. Errors: usage when it cannot be a token.
std::string token();

}  // namespace groel::hub
