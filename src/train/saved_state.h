// The saved states of a training run: model, optimiser and trainer, each state in a folder that is written completely
// or not at all. Users see these folders, such as "checkpoint-120".
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "train/optimizer.h"
#include "train/state.h"
#include "train/trainee.h"

namespace groel::train {

/// What is saved, and what it is read into.
struct SavedState {
  Trainee& trainee;
  const Optimizer& optimizer;
  TrainerState& state;
  nlohmann::json recipe;
  std::string data_fingerprint, held_out_fingerprint;
};

/// Writes `folder/checkpoint-STEP`: a Hugging Face model folder, and beside the model `training.safetensors` (f32
/// masters and the optimiser's tensors) and `trainer_state.json`. Errors: io, naming the last good one.
void save_state(const std::filesystem::path& folder, const SavedState& content);

/// Fills parameters, optimiser and state from the newest saved state in `folder`; false when there is none. Returns in
/// content.recipe the recipe it was made with. Errors: bad_input when data or tensors are not those that
/// were saved.
bool load_state(const std::filesystem::path& folder, SavedState& content);

/// Removes the oldest saved states beyond the `limit` newest; 0 keeps all.
void prune_states(const std::filesystem::path& folder, std::int64_t limit);

/// Removes what killed runs left half-written or half-removed in `parent`; what was moved away without anything in its
/// place goes back.
void remove_leftovers(const std::filesystem::path& parent);

/// "checkpoint-120" in `parent`, and the steps of the states that are there, rising.
std::filesystem::path state_path(const std::filesystem::path& parent, std::int64_t step);
std::vector<std::int64_t> state_steps(const std::filesystem::path& parent);

}  // namespace groel::train
