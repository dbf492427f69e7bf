// Writing and reading checkpoints.
#include "train/checkpoint.h"

#include <cstring>

#include "base/text_file.h"
#include "io/arrays.h"
#include "train/folders.h"

namespace groel::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTensors = "training.safetensors";
constexpr const char* kState = "trainer_state.json";

/// Every tensor that has to come back, sharing memory with its owner.
std::vector<NamedTensor> live_tensors(const CheckpointContent& content) {
  std::vector<NamedTensor> tensors = content.optimizer.state();
  for (const TrainedParameter& parameter : content.trainee.parameters())
    tensors.push_back({"parameter." + parameter.name, parameter.value});
  return tensors;
}

void write_tensors(const fs::path& path, const std::vector<NamedTensor>& tensors) {
  std::map<std::string, io::ArrayView> arrays;
  for (const NamedTensor& tensor : tensors)
    arrays[tensor.name] = {tensor.value.dtype(), tensor.value.shape(), {tensor.value.raw_data(), tensor.value.bytes()}};
  io::write_safetensors(path, arrays);
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
  const auto steps = checkpoint_steps(folder);
  Error::Parts parts = error.parts();
  parts.remedy = steps.empty()
                     ? "no checkpoint has been written yet; free some space, then start again"
                     : fmt::format("the last good checkpoint, {}, is intact: free some space, then go on with `resume`",
                                   checkpoint_path(folder, steps.back()).string());
  parts.what = "the checkpoint could not be written: " + parts.what;
  return Error(error.kind(), parts);
}

}  // namespace

void save_checkpoint(const fs::path& folder, const CheckpointContent& content) try {
  write_folder(checkpoint_path(folder, content.state.step), [&](const fs::path& temporary) {
    content.trainee.save(temporary);
    write_tensors(temporary / kTensors, live_tensors(content));
    nlohmann::json state = content.state.to_json();
    state["recipe"] = content.recipe;
    state["data_fingerprint"] = content.data_fingerprint;
    write_text(temporary / kState, state.dump(2) + "\n");
  });
} catch (const Error& error) {
  throw explained(error, folder);
}

bool load_checkpoint(const fs::path& folder, CheckpointContent& content) {
  const auto steps = checkpoint_steps(folder);
  if (steps.empty()) return false;
  const fs::path checkpoint = checkpoint_path(folder, steps.back());
  const nlohmann::json state = read_json(checkpoint / kState);
  content.state = TrainerState::from_json(state, (checkpoint / kState).string());
  if (state.value("data_fingerprint", nlohmann::json()) != content.data_fingerprint)
    throw Error(ErrorKind::bad_input, {"the run was started on other data, or with other limits on sequences",
                                       checkpoint.string(), "give the data and the options of the first run"});
  read_tensors(checkpoint / kTensors, live_tensors(content));
  content.recipe = state.value("recipe", nlohmann::json::object());
  content.trainee.parameters_changed();
  return true;
}

void prune_checkpoints(const fs::path& folder, std::int64_t limit) {
  if (limit <= 0) return;
  const auto steps = checkpoint_steps(folder);
  for (std::size_t i = 0; i + static_cast<std::size_t>(limit) < steps.size(); ++i)
    remove_folder(checkpoint_path(folder, steps[i]));
}

}  // namespace groel::train
