// Learned prompts on disk: one small file each, for one trunk.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "checkpoints/checkpoint.h"
#include "nn/prompts.h"
#include "tensor/tensor.h"

namespace groel::checkpoints {

/// Folder of a model, or of a run, that holds its prompts as NAME.safetensors.
inline constexpr const char* kPromptFolder = "prompts";

/// Where a prompt is: `named` is a file, with or without its extension, or the name of one that is kept beside the
/// model. Errors: not_found, listing those that there are.
std::filesystem::path find_prompt(const std::string& named, const std::filesystem::path& model);

/// Gives a checkpoint the prompts of these files, in their order. Errors: not_found, io; bad_model, for a file that
/// holds no prompt, one that was learned on another trunk, and those that cannot be used together.
void add_prompts(Checkpoint& checkpoint, const std::vector<std::filesystem::path>& files);

/// Names of the prompts that a folder's model was trained with beside other parts of it; empty: none.
inline constexpr const char* kTrainedWith = "groel_prompts";  // of config.json
std::vector<std::string> trained_with(const nlohmann::json& config);

/// A checkpoint with prompts that are named as find_prompt takes them; none: as read_checkpoint.
Checkpoint read_prompted(const std::filesystem::path& path, const std::vector<std::string>& prompts);

/// Gives it new ones, drawn as initial weights are (initial.h). Errors: usage, for a name that is taken twice or is no
/// file's.
void add_new_prompts(Checkpoint& checkpoint, const nn::PromptShape& shape, std::uint64_t seed);

/// A prompt's file in that folder, which is made; with `trunk` it is said to be of that one. -> its path. Errors: as
/// add_prompts and write_prompts.
std::filesystem::path copy_prompt(const std::filesystem::path& file, const std::filesystem::path& folder,
                                  const std::string& trunk);

/// A prompt's random twin in that folder, which is made: of the same name, shape and trunk, its vectors and gates drawn
/// uniformly around 0 with the root mean square that each of them has. -> its path. Errors: as copy_prompt.
std::filesystem::path write_random_twin(const std::filesystem::path& file, const std::filesystem::path& folder,
                                        std::uint64_t seed);

/// Whether a tensor's name is one of a prompt or its gates.
bool is_of_prompts(const std::string& name);

/// Writes `folder`/NAME.safetensors for each prompt: its vectors, the gates where there are any, how they act, and the
/// trunk's fingerprint. `tensors`: those of prompts, by the model's names. Makes the folder. Errors: io.
void write_prompts(const std::filesystem::path& folder, const nn::PromptShape& shape,
                   const std::vector<NamedTensor>& tensors, const std::string& trunk);

}  // namespace groel::checkpoints
