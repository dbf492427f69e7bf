// Cutting at bars.
#include "tasks/reading/id_parts.h"

#include <algorithm>

namespace groel::tasks {

std::vector<std::string_view> id_parts(std::string_view id) {
  std::vector<std::string_view> out;
  if (id.find('|') == std::string_view::npos) return out;
  for (std::size_t at = 0; at <= id.size();) {
    const std::size_t end = std::min(id.find('|', at), id.size());
    if (end > at) out.push_back(id.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

}  // namespace groel::tasks
