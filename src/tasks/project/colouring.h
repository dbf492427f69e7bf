// Decides whether points are coloured by groups, or by numbers on a scale.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "tasks/project/options.h"

namespace groel::tasks {

struct Colouring {
  std::string name;                 ///< of the column; empty: no colours were asked for
  std::vector<std::string> groups;  ///< of every point, as written; empty where there is none
  std::vector<double> values;       ///< of every point, NaN where there is none; empty: the groups are no numbers
};

/// A column of numbers is a scale, unless --colour-as says otherwise or it holds a dozen whole numbers at most, which
/// are taken for names of groups. Says which it took, and warns of values that are no numbers. Errors: bad_input for a
/// scale of no numbers.
Colouring colouring_of(std::vector<std::string> groups, const ProjectOptions& options, Sink& sink);

}  // namespace groel::tasks
