// HTTP, as far as the program needs it: requests come to one handler, and what it answers is sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace groel::server {

struct ServerRequest {
  std::string method, path;  ///< "POST", "/v1/embeddings"
  std::string body;
  std::string client;                          ///< its address
  std::map<std::string, std::string> headers;  ///< by names in lower case
  /// Whether the client has closed the connection; never known of older versions of the library below.
  std::function<bool()> gone;

  std::string header(const std::string& name) const;
};

struct ServerReply {
  int status = 200;
  std::string body;
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers{};
  /// In the place of a body: called once, writes pieces as they come; `write` is false when the client has gone.
  std::function<void(const std::function<bool(std::string_view)>& write)> stream{};
};

using HttpHandler = std::function<ServerReply(const ServerRequest&)>;

struct ServerSettings {
  std::string host = "127.0.0.1";
  int port = 0;                                      ///< 0: any that is free
  std::size_t threads = 64;                          ///< connections that are served at a time
  std::size_t most_bytes = 64u << 20U;               ///< of a body; more is refused with 413
  std::chrono::seconds patience{30};                 ///< for a request that does not come to its end
  std::function<ServerReply(int status)> refusal{};  ///< of a request that never reaches the handler (400, 413)
};

class HttpServer {
 public:
  virtual ~HttpServer() = default;
  /// -> the port; 0, where the address is in use, or is not this machine's.
  virtual int bind() = 0;
  /// Serves until it is stopped, and then until every request that has begun is answered.
  virtual void run() = 0;
  /// From any thread.
  virtual void stop() = 0;
};

/// Errors: unsupported, where the part with cpp-httplib is not here.
std::unique_ptr<HttpServer> make_http_server(const ServerSettings& settings, HttpHandler handler);

}  // namespace groel::server
