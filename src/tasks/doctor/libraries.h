// Outside libraries in this program.
#pragma once

#include <nlohmann/json.hpp>

namespace groel::tasks {

/// Their versions by name: of shared ones that which was loaded, of headers that which was compiled.
nlohmann::json library_versions();

}  // namespace groel::tasks
