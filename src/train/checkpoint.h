// Checkpoints of a run: the model, the optimiser and the trainer's state, in a folder that appears whole.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "train/optimizer.h"
#include "train/state.h"
#include "train/trainee.h"

namespace groel::train {

/// What a checkpoint holds.
struct CheckpointContent {
  Trainee& trainee;
  const Optimizer& optimizer;
  TrainerState& state;
  nlohmann::json recipe;
  std::string data_fingerprint;
};

/// Writes `folder/checkpoint-STEP`: a Hugging Face model folder, and beside the model `training.safetensors` (f32
/// masters and the optimiser's tensors) and `trainer_state.json`. Errors: io, naming the last good checkpoint.
void save_checkpoint(const std::filesystem::path& folder, const CheckpointContent& content);

/// Fills parameters, optimiser and state from the newest checkpoint in `folder`; false when there is none. Returns in
/// content.recipe the recipe it was made with. Errors: bad_input when data or tensors are not those of the checkpoint.
bool load_checkpoint(const std::filesystem::path& folder, CheckpointContent& content);

/// Removes the oldest checkpoints beyond the `limit` newest; 0 keeps all.
void prune_checkpoints(const std::filesystem::path& folder, std::int64_t limit);

}  // namespace groel::train
