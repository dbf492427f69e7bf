// Looks beside a file, and in the caches of other programs.
#include "structure_models/language_model_file.h"

#include "base/error.h"
#include "checkpoints/model_cache.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

// Empty: nowhere.
fs::path find_language_model(const WantedLanguageModel& wanted) {
  const fs::path folder = wanted.file.parent_path();
  std::error_code failed;
  for (const fs::path& beside : {folder / (wanted.name + ".pt"), folder / wanted.name})
    if (fs::exists(beside, failed)) return beside;
  std::vector<fs::path> others = torch_files_in(folder);
  std::erase_if(others, [&](const fs::path& file) { return file == wanted.file || wanted.is_none(file); });
  if (others.size() == 1) return others.front();
  if (const auto torch = checkpoints::find_in_torch_cache(wanted.name)) return torch->path;
  if (const auto hub = checkpoints::find_in_hub_cache("facebook/" + wanted.name); hub && hub->lacks.empty())
    return hub->path;
  return {};
}

}  // namespace

std::vector<fs::path> torch_files_in(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code failed;
  for (fs::directory_iterator at(folder.empty() ? "." : folder, failed), end; !failed && at != end;
       at.increment(failed))
    if (at->path().extension() == ".pt" && !at->path().stem().string().ends_with("-contact-regression"))
      out.push_back(at->path());
  return out;
}

checkpoints::Checkpoint read_language_model(const WantedLanguageModel& wanted) {
  const fs::path path = find_language_model(wanted);
  if (path.empty())
    throw Error(
        ErrorKind::not_found,
        {fmt::format("{} holds no language model, and {}.pt is neither beside it nor in {}, nor is facebook/{} "
                     "in {}",
                     wanted.what, wanted.name, checkpoints::torch_cache().string(), wanted.name,
                     checkpoints::hub_cache().string()),
         wanted.file.string(), fmt::format("`groel pull facebook/{}` gets it{}", wanted.name, wanted.otherwise)});
  checkpoints::Checkpoint out = checkpoints::read_checkpoint(path);
  if (out.family->name != "esm")
    throw Error(ErrorKind::bad_model,
                {fmt::format("this language model is of the family {}, not an ESM-2", out.family->name), path.string(),
                 fmt::format("put {}.pt beside {}", wanted.name, wanted.file.filename().string())});
  return out;
}

}  // namespace groel::structure_models
