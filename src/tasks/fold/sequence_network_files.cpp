// Finds the network that folds sequences: by path, by ESMFold's names, or among what was downloaded.
#include "tasks/fold/sequence_network_files.h"

#include "base/error.h"
#include "hub/environment.h"
#include "models/published.h"
#include "structure_models/esmfold/find_esmfold.h"
#include "structure_models/sequence_network.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

// The row of a MiniFold's name; none for anything else.
const models::Download* minifold_download(const std::string& name) {
  return models::short_name(name).starts_with("minifold") ? models::find_download(name) : nullptr;
}

}  // namespace

FoundSequenceNetwork find_sequence_network(const std::string& name) {
  std::error_code failed;
  if (!name.empty() && fs::exists(name, failed) && structure_models::is_sequence_network_at(name)) return {name, {}};
  const models::Download* const download = fs::exists(name, failed) ? nullptr : minifold_download(name);
  if (download == nullptr) {
    auto found = structure_models::find_esmfold(name);
    return {std::move(found.path), std::move(found.note)};
  }
  const fs::path folder = hub::downloads_folder() / download->name;
  if (structure_models::is_sequence_network_at(folder))
    return {folder, fmt::format("{}: {}", download->name, folder.string())};
  throw Error(ErrorKind::not_found, {fmt::format("{} is not on this machine", download->title), name,
                                     fmt::format("get it by `groel pull {}`, or give its file by -m", download->name)});
}

bool names_sequence_network(const std::string& name) {
  try {
    (void)find_sequence_network(name);
    return true;
  } catch (const Error&) {
    // One that has its name and is not here is told as such; anything else may be a language model.
    return models::short_name(name).find("esmfold") != std::string::npos || minifold_download(name) != nullptr;
  }
}

}  // namespace groel::tasks
