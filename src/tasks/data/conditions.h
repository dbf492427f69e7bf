// Conditions on the values of columns: "aspect=MFO", "taxonomyID=9606|10090", "status!=obsolete".
#pragma once

#include <string>
#include <vector>

#include "io/columns.h"

namespace groel::tasks {

struct Condition {
  std::size_t column = 0;
  std::vector<std::string> values;
  bool excludes = false;

  bool holds(const std::string& cell) const;
};

/// Errors: usage for a text that is no condition; as Columns::named.
std::vector<Condition> conditions_of(const std::vector<std::string>& texts, const io::Columns& columns);

}  // namespace groel::tasks
