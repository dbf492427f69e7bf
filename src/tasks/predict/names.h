// What labels are called, from a table.
#pragma once

#include <map>
#include <string>

#include "base/progress.h"

namespace groel::tasks {

/// The first two columns of a table with a header: labels ("GO:0003677") and names ("DNA binding"). Errors: as
/// io::read_table; bad_input for a table of one column.
std::map<std::string, std::string> read_label_names(const std::string& path, Sink& sink);

}  // namespace groel::tasks
