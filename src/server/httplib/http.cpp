// The server by cpp-httplib: a part of its own, as it brings OpenSSL's and other libraries along.
#include <httplib.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "server/http_module.h"

namespace groel::server {
namespace {

// Whether the client is still there: versions since 0.12 know.
template <class Request>
std::function<bool()> gone_of(const Request& request) {
  if constexpr (requires { request.is_connection_closed(); })
    return [&request] { return request.is_connection_closed && request.is_connection_closed(); };
  else
    return [] { return false; };
}

ServerRequest request_of(const httplib::Request& from) {
  ServerRequest to{from.method, from.path, from.body, from.remote_addr, {}, gone_of(from)};
  for (const auto& [name, value] : from.headers) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    to.headers.emplace(std::move(lower), value);
  }
  return to;
}

void send(ServerReply from, httplib::Response& to) {
  to.status = from.status;
  for (const auto& [name, value] : from.headers) to.set_header(name, value);
  if (!from.stream) {
    if (from.status != 200 || from.body.empty()) return to.set_content(from.body, from.type);
    // As a whole text the library would compress it, for browsers by brotli at its slowest: 9 s for 3 MB of numbers.
    const auto body = std::make_shared<const std::string>(std::move(from.body));
    to.set_content_provider(body->size(), from.type,
                            [body](std::size_t at, std::size_t count, httplib::DataSink& sink) {
                              return sink.write(body->data() + at, count);
                            });
    return;
  }
  to.set_chunked_content_provider(from.type, [stream = std::move(from.stream)](std::size_t, httplib::DataSink& sink) {
    stream([&](std::string_view piece) { return sink.write(piece.data(), piece.size()); });
    sink.done();
    return true;
  });
}

class Server final : public HttpServer {
 public:
  Server(ServerSettings settings, HttpHandler handler) : settings_(std::move(settings)), handler_(std::move(handler)) {
    server_.new_task_queue = [threads = settings_.threads] { return new httplib::ThreadPool(threads); };
    // Its own options let a second server listen at the same port, and share the requests.
    server_.set_socket_options([](auto socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_.set_tcp_nodelay(true);  // head and body are sent apart, and would wait for one another's receipt, 40 ms
    server_.set_payload_max_length(settings_.most_bytes);
    server_.set_read_timeout(settings_.patience.count());
    server_.set_keep_alive_timeout(5);
    server_.set_keep_alive_max_count(1000);
    const auto serve = [this](const httplib::Request& request, httplib::Response& response) {
      send(handler_(request_of(request)), response);
    };
    server_.Get(".*", serve);
    server_.Post(".*", serve);
    server_.Put(".*", serve);
    server_.Patch(".*", serve);
    server_.Delete(".*", serve);
    server_.Options(".*", serve);
    server_.set_error_handler([this](const httplib::Request&, httplib::Response& response) {
      if (!response.body.empty() || response.is_chunked_content_provider_ || !settings_.refusal) return;
      if (response.status == 400 || response.status == 413 || response.status == 414)
        send(settings_.refusal(response.status), response);
    });
  }

  int bind() override {
    if (settings_.port == 0) {
      port_ = server_.bind_to_any_port(settings_.host.c_str());
    } else if (server_.bind_to_port(settings_.host.c_str(), settings_.port)) {
      port_ = settings_.port;
    }
    return std::max(port_, 0);
  }
  void run() override { server_.listen_after_bind(); }
  void stop() override { server_.stop(); }

 private:
  ServerSettings settings_;
  HttpHandler handler_;
  httplib::Server server_;
  int port_ = 0;
};

}  // namespace
}  // namespace groel::server

extern "C" __attribute__((visibility("default"))) const groel::server::HttpModule* groel_http_module() {
  static const groel::server::HttpModule module{
      groel::server::kHttpModule,
      [](const groel::server::ServerSettings& settings,
         groel::server::HttpHandler handler) -> std::unique_ptr<groel::server::HttpServer> {
        return std::make_unique<groel::server::Server>(settings, std::move(handler));
      }};
  return &module;
}
