// Finding and saying.
#include "tasks/reading/model.h"

#include "engine/bundled.h"
#include "engine/find_model.h"
#include "train/adapter.h"

namespace groel::tasks {

std::filesystem::path find_model(const std::string& name, Sink& sink) {
  const engine::FoundModel found = engine::find_model(name);
  if (!found.note.empty()) sink.note(found.note);
  return found.path;
}

void note_default_model(Sink& sink) {
  sink.note(
      fmt::format("no model is named: {} is used, a small and weak one for trying commands out; `groel models` lists "
                  "those that -m takes",
                  engine::bundled_models().front().name));
}

std::filesystem::path model_of(const Chosen<std::string>& model, Sink& sink) {
  if (!model.given) note_default_model(sink);
  return find_model(model.value, sink);
}

engine::LoadedModel load_named(const std::string& name, const std::string& dtype, Sink& sink) {
  return engine::load_model(train::read_model(find_model(name, sink)), engine::parse_precision(dtype));
}

engine::LoadedModel load_model_of(const ModelOptions& options, Sink& sink) {
  return engine::load_model(train::read_model(model_of(options.model, sink)), engine::parse_precision(options.dtype));
}

}  // namespace groel::tasks
