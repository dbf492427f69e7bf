// Finds the trunks of predictors.
#include "checkpoints/trunk.h"

#include "base/error.h"
#include "base/text_file.h"
#include "checkpoints/find_model.h"
#include "checkpoints/load.h"
#include "checkpoints/prompts.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kAgain = "train the predictor again";

template <class T>
T field(const json& trunk, const char* name, const fs::path& file) {
  try {
    return trunk.at(name).get<T>();
  } catch (const json::exception&) {
    throw Error(
        ErrorKind::bad_model,
        {fmt::format("'{}' of 'trunk' is missing, or of another type than it should be", name), file.string(), kAgain});
  }
}

}  // namespace

std::optional<Trunk> trunk_of(const fs::path& folder) {
  const fs::path file = folder / kPredictorFile;
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) return std::nullopt;
  const json text = read_json(file);
  if (!text.is_object() || !text.contains("trunk")) return std::nullopt;
  const json& trunk = text["trunk"];
  return Trunk{
      field<std::string>(trunk, "model", file), field<std::string>(trunk, "fingerprint", file),
      field<int>(trunk, "layer", file),
      trunk.contains("prompts") ? field<std::vector<std::string>>(trunk, "prompts", file) : std::vector<std::string>{}};
}

nlohmann::ordered_json to_json(const Trunk& trunk) {
  nlohmann::ordered_json out{{"model", trunk.model}, {"fingerprint", trunk.fingerprint}, {"layer", trunk.layer}};
  if (!trunk.prompts.empty()) out["prompts"] = trunk.prompts;
  return out;
}

fs::path trunk_path(const Trunk& trunk, const fs::path& folder) {
  if (trunk.one_hot())
    throw Error(ErrorKind::unsupported, {"this predictor reads the residues themselves: there is no model behind it",
                                         folder.string(), "`groel predict` runs it; for this, name a model"});
  std::error_code failed;
  const fs::path beside = folder / trunk.model;
  if (fs::exists(beside, failed)) return beside;
  try {
    return resolve_model(trunk.model);
  } catch (const Error& error) {
    throw Error(error.kind(), {fmt::format("the model that this predictor was trained on is not there: '{}': {}",
                                           trunk.model, error.parts().what),
                               (folder / kPredictorFile).string(),
                               error.parts().remedy.empty() ? "put its path into 'trunk'" : error.parts().remedy});
  }
}

Checkpoint read_trunk(const Trunk& trunk, const fs::path& folder) {
  std::vector<std::string> prompts;
  for (const std::string& name : trunk.prompts) prompts.push_back((folder / kPromptFolder / name).string());
  return read_prompted(trunk_path(trunk, folder), prompts);
}

void keep_prompts(const std::vector<std::string>& prompts, const fs::path& model, const fs::path& folder, bool copied,
                  Trunk& trunk) {
  if (prompts.empty()) return;
  std::vector<std::string> kept;
  for (const std::string& name : prompts) {
    const fs::path file = find_prompt(name, model);
    kept.push_back(copy_prompt(file, folder / kPromptFolder, copied ? trunk.fingerprint : ""));
    trunk.prompts.push_back(fs::path(kept.back()).stem().string());
  }
  if (copied) trunk.fingerprint = fingerprint(read_prompted(trunk.model, kept));
}

std::string trunk_name(const std::string& model, const fs::path& folder) {
  std::error_code failed;
  if (!fs::exists(model, failed)) return model;
  const fs::path from = fs::weakly_canonical(fs::absolute(folder));
  return fs::weakly_canonical(fs::absolute(model)).lexically_relative(from).string();
}

void check_trunk(const Trunk& trunk, const std::string& fingerprint, const fs::path& path) {
  if (trunk.fingerprint == fingerprint) return;
  throw Error(ErrorKind::bad_model,
              {fmt::format("the model there is not the one that the predictor was trained on ('{}', fingerprint {}…; "
                           "this one has {}…)",
                           trunk.model, trunk.fingerprint.substr(0, 12), fingerprint.substr(0, 12)),
               path.string(), "put the model back that it was trained on, or train the predictor again"});
}

}  // namespace groel::checkpoints
