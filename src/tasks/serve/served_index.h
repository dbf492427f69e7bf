// The index that a server answers /search from.
#pragma once

#include <optional>
#include <string>

#include "tasks/search/labels.h"
#include "tasks/search/queries.h"

namespace groel::tasks {

struct ServedIndex {
  IndexSet index;
  std::string name;                           ///< of the file, without its folder
  std::optional<formats::ColumnName> column;  ///< what sequences become; none: the server has no model for them
  std::optional<Annotations> annotations;
};

}  // namespace groel::tasks
