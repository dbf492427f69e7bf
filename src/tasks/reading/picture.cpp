// What the pictures of all tasks have in common.
#include "tasks/reading/picture.h"

#include <fmt/format.h>

#include <filesystem>
#include <numeric>

#include "base/error.h"
#include "base/output_place.h"
#include "report/picture.h"

namespace groel::tasks {

void check_picture(const OutputOptions& options) {
  if (!options.picture) return;
  const std::filesystem::path path = *options.picture;
  report::check_picture_path(path);
  std::error_code ignored;
  const std::pair<std::filesystem::path, const char*> files[] = {{path, "picture exists"},
                                                                 {path.string() + ".csv", "picture's data exist"}};
  for (const auto& [file, what] : files)
    if (output_stands(file) && !options.overwrite)
      throw Error(ErrorKind::usage,
                  {fmt::format("the {} already", what), file.string(), "choose another name, or add --overwrite"});
  if (path.has_parent_path() && !std::filesystem::is_directory(path.parent_path(), ignored))
    throw Error(ErrorKind::not_found, {"there is no such folder to write to", path.parent_path().string(), {}});
}

void save_picture(const report::Figure& figure, const OutputOptions& options, Sink& sink) {
  const std::string path = *options.picture;
  report::write_picture(figure, path);
  sink.note(fmt::format("the picture is {}, its data {}.csv", path, path));
}

report::Axis residue_axis(std::string name, std::vector<std::string> labels, std::vector<std::int64_t> numbers) {
  report::Axis out;
  out.name = std::move(name);
  out.categories = std::move(labels);
  out.numbers = std::move(numbers);
  return out;
}

std::vector<std::int64_t> numbers_from(std::int64_t first, std::size_t count) {
  std::vector<std::int64_t> out(count);
  std::iota(out.begin(), out.end(), first);
  return out;
}

}  // namespace groel::tasks
