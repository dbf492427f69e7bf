// Finds the model and says which one is used.
#include "tasks/reading/model.h"

#include "checkpoints/bundled.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/find_model.h"
#include "checkpoints/trunk.h"
#include "engine/precision.h"

namespace groel::tasks {

namespace {

checkpoints::FoundModel found_model(const std::string& name, Sink& sink) {
  checkpoints::FoundModel found = checkpoints::find_model(name);
  if (!found.note.empty()) sink.note(found.note);
  return found;
}

}  // namespace

std::filesystem::path find_model(const std::string& name, Sink& sink) { return found_model(name, sink).path; }

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

checkpoints::LoadedModel load_named(const std::string& name, const std::string& dtype, Sink& sink,
                                    const std::string& weights) {
  const checkpoints::FoundModel found = found_model(name, sink);
  checkpoints::LoadedModel loaded =
      checkpoints::load_model(found.path, engine::parse_precision(dtype), engine::parse_weight_form(weights));
  if (!found.fingerprint.empty()) checkpoints::check_trunk({name, found.fingerprint}, loaded.fingerprint, found.path);
  return loaded;
}

checkpoints::LoadedModel load_model_of(const ModelOptions& options, Sink& sink) {
  if (!options.model.given) note_default_model(options.model.value, sink);
  return load_named(options.model.value, options.dtype, sink, options.weights);
}

bool has_own_head(const std::string& model) { return checkpoints::trunk_of(model).has_value(); }

predictors::Predictor load_predictor_of(const ModelOptions& options, Sink& sink) {
  if (has_own_head(options.model.value))
    return predictors::open_predictor(options.model.value, engine::parse_precision(options.dtype));
  return predictors::Predictor(load_model_of(options, sink));
}

}  // namespace groel::tasks
