// The description of a server for programs: OpenAPI 3.0.
#pragma once

#include "tasks/serve/routes.h"

namespace groel::tasks {

/// `keys`: whether requests must bring one.
nlohmann::ordered_json openapi(const std::vector<Route>& routes, bool keys);

}  // namespace groel::tasks
