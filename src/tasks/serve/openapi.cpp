// Writes the description of a server out of its routes.
#include "tasks/serve/openapi.h"

#include <algorithm>

#include "base/version.h"

namespace groel::tasks {

using nlohmann::ordered_json;

namespace {

ordered_json path_parameters(const std::string& path) {
  ordered_json out = ordered_json::array();
  for (std::size_t at = 0; (at = path.find('{', at)) != std::string::npos; ++at)
    out.push_back({{"name", path.substr(at + 1, path.find('}', at) - at - 1)},
                   {"in", "path"},
                   {"required", true},
                   {"schema", {{"type", "string"}}}});
  return out;
}

}  // namespace

ordered_json openapi(const std::vector<Route>& routes, bool keys) {
  ordered_json paths = ordered_json::object();
  for (const Route& route : routes) {
    std::string method = route.method;
    std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::tolower(c); });
    ordered_json operation{{"summary", route.summary}, {"operationId", method + route.path}};
    if (const ordered_json parameters = path_parameters(route.path); !parameters.empty())
      operation["parameters"] = parameters;
    if (!route.fields.is_null())
      operation["requestBody"] = {
          {"required", true},
          {"content", {{"application/json", {{"schema", {{"type", "object"}, {"properties", route.fields}}}}}}}};
    operation["responses"] = {{route.status, {{"description", "As asked"}}},
                              {"default", {{"description", "What went wrong, as JSON"}}}};
    if (keys && !route.open) operation["security"] = ordered_json::array({{{"key", ordered_json::array()}}});
    paths[route.path][method] = std::move(operation);
  }
  for (const char* path : {"/metrics", "/openapi.json"})
    paths[path]["get"] = {{"summary", path == std::string("/metrics") ? "Counts, for Prometheus" : "This"},
                          {"responses", {{"200", {{"description", "As asked"}}}}}};
  ordered_json out{
      {"openapi", "3.0.3"}, {"info", {{"title", "GroEL"}, {"version", kVersion}}}, {"paths", std::move(paths)}};
  if (keys) out["components"] = {{"securitySchemes", {{"key", {{"type", "http"}, {"scheme", "bearer"}}}}}};
  return out;
}

}  // namespace groel::tasks
