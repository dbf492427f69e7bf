// What the part with cpp-httplib hands to the program.
#pragma once

#include "server/http.h"

namespace groel::server {

struct HttpModule {
  int version;  ///< kHttpModule of the program that it belongs to
  std::unique_ptr<HttpServer> (*make)(const ServerSettings& settings, HttpHandler handler);
};

inline constexpr int kHttpModule = 1;
inline constexpr const char* kHttpEntry = "groel_http_module";

}  // namespace groel::server
