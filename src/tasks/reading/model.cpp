// Finds the model and says which one is used.
#include "tasks/reading/model.h"

#include "checkpoints/bundled.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/find_model.h"
#include "engine/precision.h"

namespace groel::tasks {

std::filesystem::path find_model(const std::string& name, Sink& sink) {
  const checkpoints::FoundModel found = checkpoints::find_model(name);
  if (!found.note.empty()) sink.note(found.note);
  return found.path;
}

void note_default_model(const std::string& name, Sink& sink) {
  const std::string_view bundled = checkpoints::bundled_models().front().name;
  if (name != bundled)
    sink.note(fmt::format("no model is named: {} is used, as your settings say (`groel doctor` shows them)", name));
  else
    sink.note(
        fmt::format("no model is named: {} is used, a small and weak one for trying commands out; `groel models` lists "
                    "those that -m takes",
                    bundled));
}

std::filesystem::path model_of(const Chosen<std::string>& model, Sink& sink) {
  if (!model.given) note_default_model(model.value, sink);
  return find_model(model.value, sink);
}

checkpoints::LoadedModel load_named(const std::string& name, const std::string& dtype, Sink& sink) {
  return checkpoints::load_model(find_model(name, sink), engine::parse_precision(dtype));
}

checkpoints::LoadedModel load_model_of(const ModelOptions& options, Sink& sink) {
  return checkpoints::load_model(model_of(options.model, sink), engine::parse_precision(options.dtype));
}

}  // namespace groel::tasks
