// Checks whether a model may be written to a folder, by what the folder contains.
#include "tasks/reading/model_folder.h"

#include <filesystem>

#include "base/error.h"

namespace groel::tasks {

void check_model_folder(const std::string& folder, Standing standing) {
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored) || std::filesystem::is_empty(folder, ignored)) return;
  if (!std::filesystem::exists(std::filesystem::path(folder) / "config.json", ignored))
    throw Error(ErrorKind::usage, {"this exists already and is no model", folder, "choose another name"});
  if (standing == Standing::refuse)
    throw Error(ErrorKind::usage, {"the output exists already", folder, "choose another name, or add --overwrite"});
}

}  // namespace groel::tasks
