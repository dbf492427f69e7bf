// What labels are called, from a table or an ontology.
#pragma once

#include <map>
#include <string>

#include "base/progress.h"

namespace groel::tasks {

/// The first two columns of a table with a header: labels ("GO:0003677") and names ("DNA binding"); or the terms of an
/// ontology (.obo, also compressed). Errors: as io::read_table and ontology::read_ontology; bad_input for a table of
/// one column.
std::map<std::string, std::string> read_label_names(const std::string& path, Sink& sink);

}  // namespace groel::tasks
