// The file of a sparse autoencoder: which tensor is which, and its settings.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/arrays.h"

namespace groel::tasks {

/// What is done to a hidden state before it is encoded.
enum class StateScale { none, z_score };

struct AutoencoderFile {
  std::filesystem::path path;
  io::ArrayMap arrays;
  std::string weight;  ///< names of tensors; empty: there is none
  std::string bias;
  std::string pre_bias;   ///< subtracted from the state
  std::string threshold;  ///< of JumpReLU, one per feature
  bool log_threshold = false;
  std::vector<std::string> unused;  ///< names of the others
  std::optional<std::int64_t> layer, top;
  StateScale scale = StateScale::none;
};

/// Reads a safetensors file, a PyTorch state dict (.pt, .pth, .bin), or a folder's safetensors file: its only one, or
/// layer_N.safetensors of the layer that is wanted. The settings come from the file's metadata, and from a config.json
/// or cfg.json of an autoencoder beside it. Errors: not_found, usage (a folder of several), bad_model, unsupported.
AutoencoderFile read_autoencoder(const std::filesystem::path& path, std::optional<std::int64_t> layer);

}  // namespace groel::tasks
