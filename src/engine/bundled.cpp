// The table of bundled models.
#include "engine/bundled.h"

#include "base/error.h"
#include "base/options.h"
#include "base/resources.h"

namespace groel::engine {

const std::vector<BundledModel>& bundled_models() {
  static const std::vector<BundledModel> all{
      {"groel-5m", "models/groel-5m",
       "ESM-2 shape, 6 layers of width 256, trained with GroEL on 19 million residues: small, quick and weak "
       "(README.md)"},
      {"esm2-tiny-random", "tests/data/esm2-tiny",
       "ESM-2 shape, 3 layers of width 64, RANDOM weights: for trying commands out; its numbers mean nothing"},
  };
  return all;
}

std::optional<std::filesystem::path> find_bundled(const BundledModel& model) {
  const auto installed = find_resource(std::filesystem::path("models") / model.name);
  return installed ? installed : find_resource(model.folder);
}

std::filesystem::path resolve_model(const std::string& name) {
  std::error_code failed;
  if (std::filesystem::exists(name, failed)) return name;
  std::vector<std::string> names;
  for (const BundledModel& model : bundled_models()) {
    names.emplace_back(model.name);
    if (model.name != name) continue;
    if (const auto folder = find_bundled(model)) return *folder;
    throw Error(ErrorKind::not_found, {fmt::format("the bundled model '{}' is not installed", name),
                                       {},
                                       "set GROEL_HOME to GroEL's share folder or source tree"});
  }
  const auto near = nearest(name, names);
  throw Error(ErrorKind::not_found,
              {"there is no such model folder, file or bundled model", name,
               near ? fmt::format("did you mean '{}'?", *near) : "`groel models` lists what there is"});
}

}  // namespace groel::engine
