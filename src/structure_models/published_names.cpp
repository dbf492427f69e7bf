// Renames arrays, each to a name of its own.
#include "structure_models/published_names.h"

#include <fmt/format.h>

#include "base/error.h"

namespace groel::structure_models {

std::string own_name(const std::vector<NameSection>& sections, const std::string& published) {
  for (const NameSection& section : sections)
    if (published.starts_with(section.from))
      return std::string(section.to) + models::renamed(published.substr(section.from.size()), section.renames);
  return published;
}

io::ArrayMap renamed_arrays(io::ArrayMap published, const std::function<std::string(const std::string&)>& name,
                            const std::filesystem::path& path) {
  io::ArrayMap out;
  for (auto& [from, array] : published)
    if (!out.emplace(name(from), std::move(array)).second)
      throw Error(ErrorKind::bad_model, {fmt::format("{} has the place of another array", from), path.string(), {}});
  return out;
}

bool has_arrays(const io::ArrayMap& published, const std::string& begin) {
  const auto found = published.lower_bound(begin);
  return found != published.end() && found->first.starts_with(begin);
}

}  // namespace groel::structure_models
