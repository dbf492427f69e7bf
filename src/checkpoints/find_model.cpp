// Looks for a model by name, and says what to do when it is not there.
#include "checkpoints/find_model.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/options.h"
#include "checkpoints/bundled.h"
#include "checkpoints/model_cache.h"
#include "checkpoints/trunk.h"
#include "models/published.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;
using models::PublishedModel;

// Each line works as it is.
std::string how_to_get(const std::string& id) {
  const char* mirror = std::getenv("HF_ENDPOINT");
  const std::string host = mirror == nullptr || *mirror == '\0' ? "https://huggingface.co" : mirror;
  return fmt::format(
      "get it by one of these, and give the same command again:\n"
      "    groel pull {0}      (it goes into {1}. The same command with --pull does this first)\n"
      "    hf download {0} --exclude \"*.h5\"      (pip install huggingface_hub; to the same place)\n"
      "    git clone {2}/{0}      (with git-lfs; then -m {3})\n"
      "  where that host cannot be reached, set HF_ENDPOINT to a mirror's address first: export HF_ENDPOINT=https://…",
      id, hub_cache().string(), host, id.substr(id.find('/') + 1));
}

std::string size_of(const PublishedModel& model) {
  return fmt::format("{}, {} layers of width {}, {:.0f} million parameters, about {} to download, licence {}",
                     model.generation, model.layers, model.width, static_cast<double>(model.parameters()) / 1e6,
                     format_bytes(static_cast<std::size_t>(model.file_bytes())), model.licence);
}

FoundModel from_hub(const std::string& id, const CachedModel& found) {
  if (!found.lacks.empty())
    throw Error(
        ErrorKind::not_found,
        {fmt::format("the download of {} in the Hugging Face cache is not complete: it lacks {}", id, found.lacks),
         found.path.string(), how_to_get(id)});
  return {found.path, fmt::format("{}: revision {} of the Hugging Face cache, {}", id, found.revision.substr(0, 12),
                                  found.path.string())};
}

std::optional<FoundModel> find_published_model(const PublishedModel& model) {
  const std::string id(model.id), name(model.name());
  const auto hub = find_in_hub_cache(id);
  if (hub && hub->lacks.empty()) return from_hub(id, *hub);
  if (const auto torch = find_in_torch_cache(name))
    return FoundModel{torch->path, fmt::format("{}: {} of torch hub's cache", id, torch->path.string())};
  return hub ? std::optional(from_hub(id, *hub)) : std::nullopt;
}

FoundModel from_bundle(const BundledModel& model) {
  if (const auto folder = find_bundled(model))
    return {*folder, model.warning.empty() ? std::string() : fmt::format("{}: {}", model.name, model.warning)};
  throw Error(ErrorKind::not_found, {fmt::format("the bundled model '{}' is not installed", model.name),
                                     {},
                                     "set GROEL_HOME to GroEL's share folder or source tree"});
}

FoundModel from_path(const std::string& name) {
  const auto trunk = trunk_of(name);
  if (!trunk) return {name, {}};
  // With prompts the fingerprint is that of both together.
  const bool prompts = !trunk->prompts.empty();
  return {trunk_path(*trunk, name),
          fmt::format("{} is a predictor: the model that it was trained on is used, {}{}", name, trunk->model,
                      prompts ? ", without its prompts" : ""),
          prompts ? std::string() : trunk->fingerprint};
}

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const BundledModel& model : bundled_models()) names.emplace_back(model.name);
  for (const PublishedModel& model : models::published_models()) {
    names.emplace_back(model.id);
    names.emplace_back(model.name());
    names.insert(names.end(), model.aliases.begin(), model.aliases.end());
  }
  return names;
}

std::string remedy_for(const std::string& name) {
  if (const auto near = nearest(name, known_names())) return fmt::format("did you mean '{}'?", *near);
  const std::string id = models::hub_id(name);
  std::error_code failed;
  if (!id.empty() && !fs::exists(fs::path(name).parent_path(), failed))
    return fmt::format("if {} is an ESM-2, ESM-1b or ESM-1v of the Hugging Face hub, {}", id, how_to_get(id));
  const std::string path = missing_path_remedy(name);
  return path.empty() ? "`groel models` lists what -m takes" : path + "; `groel models` lists what -m takes";
}

[[noreturn]] void refuse_unknown(const std::string& name) {
  const std::string last = fs::path(name).filename().string();  // a folder above may be called anything
  if (const models::Download* download = models::find_download(name); download != nullptr && !download->run_by.empty())
    throw Error(ErrorKind::unsupported, {fmt::format("{} is no language model", download->title), name,
                                         fmt::format("`{}` runs it", download->run_by)});
  if (const auto other = models::find_other_family(last))
    throw Error(ErrorKind::unsupported, {fmt::format("GroEL cannot run models of the family {} yet", other->name), name,
                                         "it runs ESM-2, ESM-1b and ESM-1v: `groel models` lists them"});
  throw Error(ErrorKind::not_found,
              {"there is no such folder or file, and it is no bundled or published model that GroEL "
               "knows",
               name, remedy_for(name)});
}

}  // namespace

FoundModel find_model(const std::string& name) {
  std::error_code failed;
  if (name.empty())
    throw Error(ErrorKind::usage, {"no model is named", "`model`", "`groel models` lists what it takes"});
  if (fs::exists(name, failed)) return from_path(name);
  for (const BundledModel& model : bundled_models())
    if (model.name == name) return from_bundle(model);
  const PublishedModel* published = models::find_published(name);
  if (published != nullptr)
    if (const auto found = find_published_model(*published)) return *found;
  const std::string id = models::hub_id(name);
  if (published == nullptr && !id.empty())
    if (const auto found = find_in_hub_cache(id)) return from_hub(id, *found);
  if (published == nullptr) refuse_unknown(name);
  throw Error(
      ErrorKind::not_found,
      {fmt::format("a published model that GroEL can run, and that is not on this machine ({})", size_of(*published)),
       name, how_to_get(std::string(published->id))});
}

std::optional<MissingModel> missing_model(const std::string& name) {
  std::error_code failed;
  if (name.empty() || fs::exists(name, failed)) return std::nullopt;
  const auto bundled = bundled_models();
  if (std::any_of(bundled.begin(), bundled.end(), [&](const BundledModel& model) { return model.name == name; }))
    return std::nullopt;
  if (const PublishedModel* published = models::find_published(name)) {
    const auto hub = find_in_hub_cache(std::string(published->id));
    const bool here = (hub && hub->lacks.empty()) || find_in_torch_cache(std::string(published->name()));
    return here ? std::nullopt : std::optional(MissingModel{std::string(published->id), size_of(*published)});
  }
  const std::string id = models::hub_id(name);
  if (id.empty() || fs::exists(fs::path(name).parent_path(), failed)) return std::nullopt;
  if (const models::Download* other = models::find_download(name); other != nullptr && !other->run_by.empty())
    return std::nullopt;
  if (models::find_other_family(fs::path(name).filename().string())) return std::nullopt;
  const auto hub = find_in_hub_cache(id);
  return hub && hub->lacks.empty() ? std::nullopt : std::optional(MissingModel{id, {}});
}

fs::path resolve_model(const std::string& name) { return find_model(name).path; }

}  // namespace groel::checkpoints
