// Files of networks with open weights.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace groel::structure_models {

/// How a network's files are called.
struct OpenNetwork {
  std::string_view title;               ///< "Protenix"
  std::vector<std::string_view> names;  ///< what they begin with
};
OpenNetwork protenix_files();
OpenNetwork openfold3_files();
OpenNetwork boltz2_files();

/// A file by its ending, .pt, .ckpt or .safetensors; in a folder the only one that is called so, or the only .pt, or
/// the only one that there is. Empty: none. Errors: bad_model, where several are called so.
std::filesystem::path find_open_weights(const std::filesystem::path& path, const OpenNetwork& network);

/// Whether such a file is at a path and `holds` the network, by the names of its arrays; ESMFold is none. Has no
/// errors.
bool is_open_network_at(const std::filesystem::path& path, const OpenNetwork& network,
                        bool (*holds)(const std::filesystem::path& file));

}  // namespace groel::structure_models
