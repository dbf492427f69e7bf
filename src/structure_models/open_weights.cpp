// Finds a file by its name and ending.
#include "structure_models/open_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "structure_models/esmfold/checkpoint.h"

namespace groel::structure_models {

namespace fs = std::filesystem;

OpenNetwork protenix_files() { return {"Protenix", {"protenix"}}; }
OpenNetwork openfold3_files() { return {"OpenFold3", {"of3", "openfold3"}}; }
OpenNetwork boltz2_files() { return {"Boltz-2", {"boltz2_conf"}}; }

fs::path find_open_weights(const fs::path& path, const OpenNetwork& network) {
  const auto holds_tensors = [](const fs::path& file) {
    return file.extension() == ".pt" || file.extension() == ".ckpt" || file.extension() == ".safetensors";
  };
  const auto is_called_so = [&](const std::string& name) {
    return std::ranges::any_of(network.names, [&](std::string_view begin) { return name.starts_with(begin); });
  };
  std::error_code failed;
  if (fs::is_regular_file(path, failed)) return holds_tensors(path) ? path : fs::path();
  std::vector<fs::path> named, torch, others;
  for (fs::directory_iterator at(path, failed), end; !failed && at != end; at.increment(failed)) {
    if (!holds_tensors(at->path())) continue;
    if (is_called_so(at->path().filename().string())) named.push_back(at->path());
    (at->path().extension() == ".pt" ? torch : others).push_back(at->path());
  }
  if (named.size() > 1)
    throw Error(ErrorKind::bad_model, {fmt::format("several networks of {} are in this folder", network.title),
                                       path.string(), "name one of the files"});
  for (const std::vector<fs::path>* kind : {&named, &torch})
    if (kind->size() == 1) return kind->front();
  return torch.empty() && others.size() == 1 ? others.front() : fs::path();
}

bool is_open_network_at(const fs::path& path, const OpenNetwork& network, bool (*holds)(const fs::path& file)) {
  if (is_esmfold_at(path)) return false;
  try {
    const fs::path file = find_open_weights(path, network);
    return !file.empty() && holds(file);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace groel::structure_models
