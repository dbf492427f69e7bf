// Escapes JSON for pages.
#include "report/script_json.h"

#include <nlohmann/json.hpp>

namespace groel::report {

std::string script_json(const nlohmann::json& json) {
  std::string out;
  for (const char c : json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

}  // namespace groel::report
