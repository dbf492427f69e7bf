// Writes and reads the saved states of a training run.
#include "train/saved_state.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/folders.h"
#include "base/text_file.h"
#include "checkpoints/tensors.h"
#include "io/arrays.h"

namespace groel::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTensors = "training.safetensors";
constexpr std::string_view kPrefix = "checkpoint-";
constexpr const char* kState = "trainer_state.json";

/// Every tensor that has to come back, sharing memory with its owner.
std::vector<NamedTensor> live_tensors(const SavedState& content) {
  std::vector<NamedTensor> tensors = content.optimizer.state();
  for (NamedTensor& parameter : named_values(content.trainee.parameters()))
    tensors.push_back({"parameter." + parameter.name, parameter.value});
  return tensors;
}

void read_tensors(const fs::path& path, std::vector<NamedTensor> tensors) {
  const io::ArrayFile file = io::read_safetensors(path);
  for (NamedTensor& tensor : tensors) {
    const auto found = file.arrays.find(tensor.name);
    if (found == file.arrays.end() || found->second.shape != tensor.value.shape() || found->second.dtype != DType::f32)
      throw Error(ErrorKind::bad_input,
                  {fmt::format("the checkpoint has no '{}' of shape {}", tensor.name, to_string(tensor.value.shape())),
                   path.string(), "resume with the model and the optimiser that the run was started with"});
    std::memcpy(tensor.value.mutable_data<float>(), found->second.bytes.data(), found->second.bytes.size());
  }
  if (file.arrays.size() != tensors.size())
    throw Error(ErrorKind::bad_input,
                {fmt::format("the checkpoint has {} tensors, the run {}", file.arrays.size(), tensors.size()),
                 path.string(), "resume with the model and the optimiser that the run was started with"});
}

Error explained(const Error& error, const fs::path& folder) {
  const auto steps = state_steps(folder);
  Error::Parts parts = error.parts();
  parts.remedy = steps.empty()
                     ? "no checkpoint has been written yet; free some space, then start again"
                     : fmt::format("the last good checkpoint, {}, is intact: free some space, then go on with `resume`",
                                   state_path(folder, steps.back()).string());
  parts.what = "the checkpoint could not be written: " + parts.what;
  return Error(error.kind(), parts);
}

}  // namespace

void save_state(const fs::path& folder, const SavedState& content) try {
  write_folder(state_path(folder, content.state.step), [&](const fs::path& temporary) {
    content.trainee.save(temporary);
    checkpoints::write_tensors(temporary / kTensors, live_tensors(content));
    nlohmann::json state = content.state.to_json();
    state["recipe"] = content.recipe;
    state["data_fingerprint"] = content.data_fingerprint;
    state["held_out_fingerprint"] = content.held_out_fingerprint;
    write_text(temporary / kState, state.dump(2) + "\n");
  });
} catch (const Error& error) {
  throw explained(error, folder);
}

bool load_state(const fs::path& folder, SavedState& content) {
  const auto steps = state_steps(folder);
  if (steps.empty()) return false;
  const fs::path checkpoint = state_path(folder, steps.back());
  const nlohmann::json state = read_json(checkpoint / kState);
  content.state = TrainerState::from_json(state, (checkpoint / kState).string());
  if (state.value("data_fingerprint", nlohmann::json()) != content.data_fingerprint)
    throw Error(ErrorKind::bad_input, {"the run was started on other data, or with other limits on sequences",
                                       checkpoint.string(), "give the data and the options of the first run"});
  // Older checkpoints do not say it.
  if (state.value("held_out_fingerprint", nlohmann::json(content.held_out_fingerprint)) != content.held_out_fingerprint)
    throw Error(ErrorKind::bad_input,
                {"the run was started with other held-out data: its scores so far are not those of these",
                 checkpoint.string(), "give the held-out data of the first run"});
  read_tensors(checkpoint / kTensors, live_tensors(content));
  content.recipe = state.value("recipe", nlohmann::json::object());
  content.trainee.parameters_changed();
  return true;
}

void prune_states(const fs::path& folder, std::int64_t limit) {
  if (limit <= 0) return;
  const auto steps = state_steps(folder);
  for (std::size_t i = 0; i + static_cast<std::size_t>(limit) < steps.size(); ++i)
    remove_folder(state_path(folder, steps[i]));
}

void remove_leftovers(const fs::path& parent) {
  std::error_code failed;
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(parent, failed)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(".trunk-cache.")) leftovers.push_back(entry.path());
    const bool ours = name.starts_with(fmt::format(".{}", kPrefix)) || name.starts_with(".best.");
    if (ours && (name.ends_with(".tmp") || name.ends_with(".old") || name.ends_with(".before")))
      leftovers.push_back(entry.path());
  }
  for (const fs::path& leftover : leftovers) {
    const fs::path place = parent / leftover.stem().string().substr(1);  // ".best.before" was at "best"
    if (leftover.extension() == ".before" && !fs::exists(place)) fs::rename(leftover, place, failed);
    fs::remove_all(leftover, failed);
  }
}

fs::path state_path(const fs::path& parent, std::int64_t step) { return parent / fmt::format("{}{}", kPrefix, step); }

std::vector<std::int64_t> state_steps(const fs::path& parent) {
  std::vector<std::int64_t> steps;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(parent, failed)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    std::int64_t step = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + kPrefix.size(), end, step);
    if (error == std::errc() && stop == end) steps.push_back(step);
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

}  // namespace groel::train
