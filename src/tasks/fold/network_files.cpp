// Finds the weights that a run of jobs names.
#include "base/error.h"
#include "hub/environment.h"
#include "models/published.h"
#include "tasks/fold/network.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

// The download of a name that is a network of jobs; none for anything else.
const models::Download* network_download(const std::string& name) {
  const models::Download* found = models::find_download(name);
  return found != nullptr && found->of_jobs ? found : nullptr;
}

fs::path pulled(const std::string& name) {
  fs::path folder = hub::downloads_folder() / name;
  return structure_models::is_structure_network_at(folder) ? folder : fs::path();
}

std::string weights_of_name(const std::string& name) {
  const models::Download* download = network_download(name);
  if (download == nullptr)
    throw Error(ErrorKind::not_found, {"there is no such folder or file of weights", name,
                                       "`groel models` lists the networks that have a name"});
  const fs::path folder = pulled(std::string(download->name));
  if (folder.empty())
    throw Error(ErrorKind::not_found,
                {fmt::format("{} is not on this machine", download->title), name,
                 fmt::format("get it by `groel pull {}`, or give its file by --model-dir", download->name)});
  return folder.string();
}

}  // namespace

bool names_fold_network(const std::string& model) {
  std::error_code failed;
  if (fs::exists(model, failed)) return structure_models::is_structure_network_at(model);
  return network_download(model) != nullptr;
}

std::string fold_weights(const FoldOptions& options) {
  if (!options.model_dir.empty() && !options.model.empty())
    throw Error(ErrorKind::usage, {"one network is run at a time", "--model-dir, -m", "leave one of them out"});
  const std::string& named = options.model_dir.empty() ? options.model : options.model_dir;
  if (named.empty()) return pulled("alphafold3").string();
  std::error_code failed;
  return !options.model.empty() && !fs::exists(named, failed) ? weights_of_name(named) : named;
}

}  // namespace groel::tasks
