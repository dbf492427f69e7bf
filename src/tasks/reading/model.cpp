// Finding and saying.
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

void note_default_model(const Options& options, Sink& sink) {
  if (options.given().contains("model")) return;
  sink.note(
      fmt::format("no model is named: {} is used, a small and weak one for trying commands out; `groel models` lists "
                  "those that -m takes",
                  checkpoints::bundled_models().front().name));
}

std::filesystem::path model_of(const Options& options, Sink& sink) {
  note_default_model(options, sink);
  return find_model(options.text("model"), sink);
}

checkpoints::LoadedModel load_named(const std::string& name, const Options& options, Sink& sink) {
  const auto precision = engine::parse_precision(options.text("dtype"));
  return checkpoints::load_model(find_model(name, sink), precision);
}

checkpoints::LoadedModel load_model_of(const Options& options, Sink& sink) {
  note_default_model(options, sink);
  return load_named(options.text("model"), options, sink);
}

}  // namespace groel::tasks
