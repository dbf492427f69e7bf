// Looks through the folders where ESM3's published tables may be.
#include "esm3/published_tables.h"

#include "base/error.h"

namespace groel::esm3 {

namespace fs = std::filesystem;

std::optional<fs::path> find_table(const fs::path& folder, std::string_view begin, std::string_view end) {
  for (const fs::path& place : {folder, folder / "data", folder.parent_path(), folder.parent_path() / "data"}) {
    std::error_code failed;
    for (fs::directory_iterator at(place, failed), last; !failed && at != last; at.increment(failed)) {
      const std::string name = at->path().filename().string();
      if (name.starts_with(begin) && name.ends_with(end)) return at->path();
    }
  }
  return {};
}

fs::path require_table(const fs::path& folder, std::string_view begin, std::string_view end, std::string_view used) {
  if (auto found = find_table(folder, begin, end)) return *std::move(found);
  throw Error(ErrorKind::not_found,
              {fmt::format("there is no {}*{}, which {} are turned into tokens by", begin, end, used), folder.string(),
               "the tables are published with ESM3's code and weights: put them into the model's folder; or give "
               "tokens"});
}

}  // namespace groel::esm3
