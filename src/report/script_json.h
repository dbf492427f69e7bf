// JSON that stands in a script element of a page.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace groel::report {

/// Without a `<`, so that nothing in it can end the element or begin another.
std::string script_json(const nlohmann::json& json);

}  // namespace groel::report
