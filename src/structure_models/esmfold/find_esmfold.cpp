// Names of ESMFold, and where other programs keep it.
#include "structure_models/esmfold/find_esmfold.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "checkpoints/model_cache.h"
#include "models/published.h"
#include "structure_models/esmfold/checkpoint.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHubId = "facebook/esmfold_v1", kTorchName = "esmfold_3B_v1";

// A name that is neither a path nor ESMFold's.
[[noreturn]] void refuse_name(const std::string& name) {
  const std::string last = fs::path(name).filename().string();
  constexpr const char* kRemedy = "-m takes a path, or a name of a network that folds: `groel models` lists them";
  if (const models::PublishedModel* model = models::find_published(name))
    throw Error(ErrorKind::unsupported,
                {fmt::format("{} is a language model, which folds nothing alone", model->name()), name, kRemedy});
  if (const auto other = models::find_other_family(last))
    throw Error(ErrorKind::unsupported, {fmt::format("GroEL cannot run {} yet", other->name), name, kRemedy});
  throw Error(ErrorKind::not_found,
              {"there is no such folder or file, and it is no name of a network that folds", name, kRemedy});
}

bool is_its_name(const std::string& name) {
  constexpr std::array<std::string_view, 4> kNames{"esmfold", "esmfold_v1", "facebook/esmfold_v1", "esmfold_3b_v1"};
  return name.empty() || models::hub_id(name) == kHubId ||
         std::ranges::find(kNames, models::short_name(name)) != kNames.end();
}

}  // namespace

FoundEsmfold find_esmfold(const std::string& name) {
  std::error_code failed;
  if (!name.empty() && fs::exists(name, failed)) {
    if (is_esmfold_at(name)) return {name, {}};
    throw Error(
        ErrorKind::unsupported,
        {"this is neither an ESMFold nor a MiniFold, which fold sequences", name,
         "give the folder of facebook/esmfold_v1, fair-esm's esmfold_3B_v1.pt, or minifold_48L_final.ckpt; jobs "
         "of AlphaFold 3 take `model_dir`"});
  }
  if (!is_its_name(name)) refuse_name(name);
  if (const auto hub = checkpoints::find_in_hub_cache(std::string(kHubId)); hub && hub->lacks.empty())
    return {hub->path, fmt::format("{}: revision {} of the Hugging Face cache, {}", kHubId, hub->revision.substr(0, 12),
                                   hub->path.string())};
  if (const auto torch = checkpoints::find_in_torch_cache(std::string(kTorchName)))
    return {torch->path, fmt::format("{}: {} of torch hub's cache", kTorchName, torch->path.string())};
  throw Error(ErrorKind::not_found,
              {"ESMFold is not on this machine (3.5 billion numbers, about 8.4 GB to download, licence MIT)",
               std::string(name.empty() ? kHubId : name),
               fmt::format("get it by `groel pull {}`, or give the folder that it is in by -m", kHubId)});
}

}  // namespace groel::structure_models
