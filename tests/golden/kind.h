// A kind of golden case: how its folders are recognised, and what is checked.
#pragma once

#include <string_view>
#include <vector>

#include "golden/case.h"
#include "golden/rows.h"

namespace groel::golden {

struct Kind {
  std::string_view name;
  /// Is the folder a case of it? Says so by what the folder holds, never by its name.
  bool (*knows)(const Case& golden);
  /// May throw: then the case has missed.
  void (*check)(const Case& golden, Rows& rows);
};

/// All of kinds.inc, in its order. A folder may be a case of several.
const std::vector<Kind>& kinds();

}  // namespace groel::golden
