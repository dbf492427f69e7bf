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

void note_default_model(const Options& options, Sink& sink) {
  if (options.given().contains("model")) return;
  sink.note(
      fmt::format("no model is named: {} is used, a small and weak one for trying commands out; `groel models` lists "
                  "those that -m takes",
                  engine::bundled_models().front().name));
}

std::filesystem::path model_of(const Options& options, Sink& sink) {
  note_default_model(options, sink);
  return find_model(options.text("model"), sink);
}

engine::LoadedModel load_named(const std::string& name, const Options& options, Sink& sink) {
  const auto precision = engine::parse_precision(options.text("dtype"));
  return engine::load_model(train::read_model(find_model(name, sink)), precision);
}

engine::LoadedModel load_model_of(const Options& options, Sink& sink) {
  note_default_model(options, sink);
  return load_named(options.text("model"), options, sink);
}

}  // namespace groel::tasks
