// Conditions on the values of columns: "aspect=MFO", "taxonomyID=9606|10090", "status!=obsolete", "mutations<=3".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/columns.h"

namespace groel::tasks {

struct Condition {
  std::size_t column = 0;
  std::string name;  ///< of the column, as it was asked for
  enum class Relation { one_of, none_of, below, at_most, above, at_least } relation = Relation::one_of;
  std::vector<std::string> values;  ///< of one_of and none_of
  double limit = 0;                 ///< of the others

  bool compares_numbers() const { return relation != Relation::one_of && relation != Relation::none_of; }
  bool holds(const std::string& cell) const;
  /// Whether it is about numbers, and the cell is none: it does not hold.
  bool misses_number(const std::string& cell) const;
};

/// Errors: usage for a text that is no condition; as Columns::named.
std::vector<Condition> conditions_of(const std::vector<std::string>& texts, const io::Columns& columns);

}  // namespace groel::tasks
