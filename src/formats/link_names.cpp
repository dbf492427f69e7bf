// Turns sequence ids into unique names of HDF5 objects.
#include "formats/link_names.h"

#include <algorithm>

#include "formats/text.h"

namespace groel::formats::h5 {

std::string LinkNames::next(std::string_view id) {
  std::string name = clean_utf8(id);
  std::replace(name.begin(), name.end(), '/', '_');
  if (name.empty() || name == ".") name = "_";
  if (uses_.try_emplace(name, 1).second) return name;
  for (int number = uses_[name] + 1;; ++number) {
    std::string numbered = name + "~" + std::to_string(number);
    if (!uses_.try_emplace(numbered, 1).second) continue;
    uses_[name] = number;
    return numbered;
  }
}

}  // namespace groel::formats::h5
