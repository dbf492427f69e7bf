// One place for what all pictures have in common.
#include "tasks/reading/picture.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "report/picture.h"

namespace groel::tasks {

OptionSpec picture_option(const std::string& shows) {
  return {.name = "picture",
          .help = shows + ": .svg, .png, or .html to look into; its data as CSV beside it",
          .value_name = "FILE"};
}

void check_picture(const Options& options) {
  if (!options.has("picture")) return;
  const std::filesystem::path path = options.text("picture");
  report::check_picture_path(path);
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !options.flag("overwrite"))
    throw Error(ErrorKind::usage,
                {"the picture exists already", path.string(), "choose another name, or add --overwrite"});
  if (path.has_parent_path() && !std::filesystem::is_directory(path.parent_path(), ignored))
    throw Error(ErrorKind::not_found, {"there is no such folder to write to", path.parent_path().string(), {}});
}

void save_picture(const report::Figure& figure, const Options& options, Sink& sink) {
  const std::string path = options.text("picture");
  report::write_picture(figure, path);
  sink.note(fmt::format("the picture is {}, its data {}.csv", path, path));
}

}  // namespace groel::tasks
