// The id on the hub that a user's name of a model stands for.
#pragma once

#include <string>

namespace groel::tasks {

/// "facebook/esm2_t6_8M_UR50D" of a published name, an alias, or a page's address; any other name is its own.
std::string hub_name(const std::string& name);

}  // namespace groel::tasks
