// A model family: all that is needed to recognise, build and fill one of its checkpoints.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "models/model.h"

namespace groel::models {

/// Part of a tensor's name, and what it is called here; applied in order, each wherever it occurs.
struct Rename {
  std::string_view from;
  std::string_view to;
};

/// What a torch file of the family's own code says, in the terms of its Hugging Face configuration.
struct NativeCheckpoint {
  nlohmann::json config;
  nlohmann::json tensors;  ///< name -> {"$tensor": i, …} as given
};

struct Family {
  std::string_view name;
  std::string_view summary;
  std::string_view citation;
  std::string_view golden;  ///< folder of tests/data that its numbers are tested against
  /// Does a Hugging Face configuration belong to this family?
  bool (*accepts)(const nlohmann::json& config);
  /// Errors: bad_model naming the field of the configuration that is missing or impossible.
  std::unique_ptr<Model> (*build)(const nlohmann::json& config, bio::Tokenizer tokenizer);
  bio::Tokenizer (*default_tokenizer)();
  /// Recognises the root of a torch file written by the family's own code; a null config when it is not. Tensors stand
  /// in it as {"$tensor": i, "shape": […], "storage": s}, equal s meaning the same memory.
  NativeCheckpoint (*from_native)(const nlohmann::json& root, const nlohmann::json& contact_regression);
  std::vector<Rename> native_renames;
  /// Tensors that files hold and the model does not use: buffers, tied copies. `*` matches any run of characters.
  std::vector<std::string_view> ignorable;
};

/// Every registered family, in the order of families.inc.
const std::vector<Family>& families();
/// The family of a configuration. Errors: unsupported, listing what there is.
const Family& find_family(const nlohmann::json& config);

}  // namespace groel::models
