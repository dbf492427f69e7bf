// The weights in a Hugging Face model folder, whichever of its forms they have.
#pragma once

#include "io/arrays.h"

namespace groel::io {

/// Every tensor of the folder's weights, under its name in the file. Taken is the first that is there of:
/// `model.safetensors`, `model.safetensors.index.json` with its shards, `pytorch_model.bin`,
/// `pytorch_model.bin.index.json` with its shards. `metadata` is the safetensors file's or the index's.
/// Errors: not_found listing the four when none is there, or naming the missing shard; bad_model when a shard's tensors
/// are not those that the index gives it, or a PyTorch file holds anything but named tensors; and as the readers.
ArrayFile read_checkpoint_arrays(const std::filesystem::path& folder);

/// The files of the weights that `read_checkpoint_arrays` takes: one, or all shards. Errors: as there.
std::vector<std::filesystem::path> weight_files(const std::filesystem::path& folder);

/// What keeps a folder's weights from being whole: a shard that is missing, or all of them; empty: nothing. Looks at
/// names alone. Errors: as the index of shards gives them.
std::string missing_weights(const std::filesystem::path& folder);

/// A PyTorch state dict (`pytorch_model.bin`): an object of tensors and nothing else, or what trainers write around one
/// (Lightning's "state_dict", "model_state_dict", "model"). `metadata` names that: {"inside": "state_dict"}. Errors: as
/// above.
ArrayFile read_state_dict(const std::filesystem::path& path);

}  // namespace groel::io
