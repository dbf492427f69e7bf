// Finds the folder or file that -m names: a path, a bundled model, or a published one on this machine.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace groel::checkpoints {

struct FoundModel {
  std::filesystem::path path;
  std::string note;           ///< what to tell the user of it: where it was found; empty for a path of the user's own
  std::string fingerprint{};  ///< what the model must have: of the trunk of a predictor; empty: any
};

/// A path that exists is itself, a predictor's folder the model behind it; else a bundled name; else an id of the hub
/// ("facebook/esm2_t6_8M_UR50D", an address of its page, fair-esm's name) in the caches of huggingface_hub and of torch
/// hub. Errors: not_found, of a known model with its size and the line that gets it, of another with near names;
/// unsupported, for families that are known by name and cannot be run.
FoundModel find_model(const std::string& name);

/// A model of the hub that is not on this machine, or not whole.
struct MissingModel {
  std::string id;
  std::string size;  ///< of a published one: "ESM-2, 6 layers of width 320, …"; empty: somebody's own
};

/// What `find_model` would not find and a download brings; none for what is here, for paths, and for families that
/// cannot be run.
std::optional<MissingModel> missing_model(const std::string& name);

/// The path alone.
std::filesystem::path resolve_model(const std::string& name);

}  // namespace groel::checkpoints
