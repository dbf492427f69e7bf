// Published names of arrays as the names of a network here, section by section.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "io/arrays.h"
#include "models/family.h"

namespace groel::structure_models {

using Renames = std::vector<models::Rename>;
/// Those of a, then those of b.
inline Renames operator+(Renames a, const Renames& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Arrays whose names begin so, and what becomes of the rest of their names.
struct NameSection {
  std::string_view from, to;
  Renames renames;
};
/// By the first section that fits; the published name where none does.
std::string own_name(const std::vector<NameSection>& sections, const std::string& published);

/// All arrays under the names that `name` gives them. Errors: bad_model, where two get one.
io::ArrayMap renamed_arrays(io::ArrayMap published, const std::function<std::string(const std::string&)>& name,
                            const std::filesystem::path& path);

/// Whether a name begins so.
bool has_arrays(const io::ArrayMap& published, const std::string& begin);

}  // namespace groel::structure_models
