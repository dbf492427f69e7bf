// The model behind a trained predictor whose head is its own: where it is, and whether it is the right one.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "checkpoints/checkpoint.h"

namespace groel::checkpoints {

/// What a folder of a trained predictor says of itself.
inline constexpr const char* kPredictorFile = "predictor.json";
/// What stands for a trunk where the head reads the residues themselves.
inline constexpr const char* kOneHot = "one-hot";

/// The model whose vectors a head of its own reads.
struct Trunk {
  std::string model;          ///< as -m takes it: a name, or a path from the folder of predictor.json; or kOneHot
  std::string fingerprint{};  ///< checkpoints::LoadedModel::fingerprint
  int layer = 0;              ///< whose vectors
  std::vector<std::string> prompts{};  ///< names of those that join its sequences, kept in the predictor's folder

  bool one_hot() const { return model == kOneHot; }
};

/// That of the predictor in `folder`; none where there is no predictor, or its head is the model's own. Errors: io;
/// bad_model.
std::optional<Trunk> trunk_of(const std::filesystem::path& folder);
nlohmann::ordered_json to_json(const Trunk& trunk);

/// Where the trunk of the predictor in `folder` is. Errors: not_found, saying what was looked for; unsupported, where
/// there is none.
std::filesystem::path trunk_path(const Trunk& trunk, const std::filesystem::path& folder);
/// That model with the prompts that the predictor keeps. Errors: as trunk_path and add_prompts.
Checkpoint read_trunk(const Trunk& trunk, const std::filesystem::path& folder);
/// Keeps prompts in a predictor's folder, named as find_prompt takes them beside `model`, and enters them into its
/// trunk. `copied`: the trunk is a copy of the model, in a file of its own. Errors: as copy_prompt.
void keep_prompts(const std::vector<std::string>& prompts, const std::filesystem::path& model,
                  const std::filesystem::path& folder, bool copied, Trunk& trunk);

/// What predictor.json in `folder` calls a model that was named so: a path becomes one from there.
std::string trunk_name(const std::string& model, const std::filesystem::path& folder);

/// Refuses a trunk that is not the one the head was trained on. Errors: bad_model.
void check_trunk(const Trunk& trunk, const std::string& fingerprint, const std::filesystem::path& path);

}  // namespace groel::checkpoints
