// Finds the model and says which one is used.
#include "tasks/reading/model.h"

#include <fmt/ranges.h>

#include "base/text_file.h"
#include "base/words.h"
#include "checkpoints/bundled.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/find_model.h"
#include "checkpoints/prompts.h"
#include "checkpoints/trunk.h"
#include "engine/precision.h"
#include "tasks/workers/load.h"

namespace groel::tasks {

namespace {

// Prompts of the predictor in that folder.
std::vector<std::string> trained_with(const std::string& model) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::path(model) / "config.json";
  if (!std::filesystem::is_regular_file(file, error)) return {};
  const nlohmann::json config = read_json(file);
  return config.is_object() ? checkpoints::trained_with(config) : std::vector<std::string>{};
}

checkpoints::FoundModel found_model(const std::string& name, Sink& sink) {
  checkpoints::FoundModel found = checkpoints::find_model(name);
  if (!found.note.empty()) sink.note(found.note);
  return found;
}

ranks::Bytes words_of(const std::vector<std::string>& words, const std::vector<std::string>& more) {
  ranks::MessageWriter out;
  for (const std::string& word : words) out.put_text(word);
  for (const std::string& word : more) out.put_text(word);
  return out.take();
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
                                    const std::string& weights, const std::vector<std::string>& prompts) {
  const checkpoints::FoundModel found = found_model(name, sink);
  const RankedLoad everywhere("load model", words_of({name, dtype, weights}, prompts));
  checkpoints::LoadedModel loaded =
      checkpoints::load_model(checkpoints::read_prompted(found.path, prompts), engine::parse_precision(dtype),
                              engine::parse_weight_form(weights));
  if (const auto names = checkpoints::trained_with(loaded.config); prompts.empty() && !names.empty())
    sink.note(fmt::format("{} was trained with the prompts {}, which are left out; --prompt {} uses them", name,
                          listed(names), fmt::join(names, ",")));
  // Prompts have checked whose they are.
  if (!found.fingerprint.empty() && prompts.empty())
    checkpoints::check_trunk({name, found.fingerprint}, loaded.fingerprint, found.path);
  everywhere.done(*loaded.model, loaded.fingerprint);
  return loaded;
}

checkpoints::LoadedModel load_model_of(const ModelOptions& options, Sink& sink) {
  if (!options.model.given) note_default_model(options.model.value, sink);
  return load_named(options.model.value, options.dtype, sink, options.weights, options.prompt);
}

bool has_own_head(const std::string& model) { return checkpoints::trunk_of(model).has_value(); }

predictors::Predictor load_predictor_of(const ModelOptions& options, Sink& sink) {
  if (!has_own_head(options.model.value)) {
    ModelOptions with = options;
    if (with.prompt.empty()) with.prompt = trained_with(options.model.value);
    return predictors::Predictor(load_model_of(with, sink));
  }
  const auto trunk = checkpoints::trunk_of(options.model.value);
  if (!options.prompt.empty() && trunk->prompts != options.prompt)
    throw Error(ErrorKind::usage,
                {trunk->prompts.empty() ? std::string("the predictor was trained without prompts")
                                        : "the predictor was trained with other prompts: " + listed(trunk->prompts),
                 "--prompt", "leave it out: the prompts that the head was trained with are used"});
  const RankedLoad everywhere("load predictor",
                              words_of({options.model.value, options.dtype, options.weights}, options.prompt));
  predictors::Predictor out = predictors::open_predictor(options.model.value, engine::parse_precision(options.dtype));
  everywhere.done(out.model(), out.fingerprint());
  return out;
}

}  // namespace groel::tasks
