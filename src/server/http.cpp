// Loads the part with cpp-httplib when something is to be served.
#include "server/http.h"

#include "base/error.h"
#include "base/loaded_part.h"
#include "server/http_module.h"

namespace groel::server {

std::string ServerRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

std::unique_ptr<HttpServer> make_http_server(const ServerSettings& settings, HttpHandler handler) {
  const auto entry = reinterpret_cast<const HttpModule* (*)()>(loaded_part("groel-http.so", kHttpEntry));
  if (entry == nullptr || entry()->version != kHttpModule)
    throw Error(ErrorKind::unsupported, {"this program was built without a server, or does not find it",
                                         {},
                                         "install libcpp-httplib-dev and build again (./run does both)"});
  return entry()->make(settings, std::move(handler));
}

}  // namespace groel::server
