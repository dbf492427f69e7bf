// Checkpoints of every layout in one form: a configuration and arrays under the model's names.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "io/arrays.h"
#include "models/family.h"

namespace groel::checkpoints {

/// A tensor as a file has it.
struct StoredTensor {
  std::string name;
  std::span<const std::byte> bytes;  ///< to tell tensors apart by where they are
};

struct Checkpoint {
  const models::Family* family = nullptr;
  nlohmann::json config;          ///< Hugging Face's terms, whatever the layout
  io::ArrayMap arrays;            ///< names as the family's model declares them
  bio::TokenizerFiles tokenizer;  ///< without tokens: the family's own
  std::filesystem::path path;     ///< what was asked for
  std::string layout;             ///< for people: "Hugging Face folder"…, and what was taken off the tensors' names
  std::vector<StoredTensor> stored{};  ///< what `arrays` were made of
  nn::PromptShape prompts{};           ///< that `arrays` hold, too (prompts.h)
};

/// Reads a Hugging Face folder, a torch file of a family's own code with its `-contact-regression.pt` beside it, a
/// state dict with a config.json beside it, or the folder of an adapter (adapter.h), merged into its base model. What
/// wrappers put before every name ("module.", "model.", "_orig_mod.", "base_model.model.") is taken off. Weights stay
/// mapped. Errors: not_found (saying what was looked for), io, bad_model (also for what is no regular file),
/// unsupported.
Checkpoint read_checkpoint(const std::filesystem::path& path);

/// The tensors of one file as it has them, safetensors or torch's, for modules that are no family's model. Errors: as
/// read_checkpoint.
models::RawCheckpoint read_file(const std::filesystem::path& path);

}  // namespace groel::checkpoints
