// A client of HTTP for tests: one request, one answer, and the connection is closed.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

namespace groel::testing {

struct HttpAnswer {
  int status = 0;  ///< 0: there was none
  std::string headers, body;
};

class HttpConnection {
 public:
  explicit HttpConnection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~HttpConnection() { ::close(socket_); }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void send(const std::string& method, const std::string& path, const std::string& body,
            const std::vector<std::pair<std::string, std::string>>& headers = {}) const {
    std::string text = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
    if (method != "GET")
      text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    send_raw(text + "\r\n" + body);
  }
  void send_raw(const std::string& text) const {
    for (std::size_t sent = 0; connected_ && sent < text.size();) {
      const ssize_t now = ::send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (now <= 0) return;
      sent += static_cast<std::size_t>(now);
    }
  }
  HttpAnswer receive() const {
    std::string all;
    char buffer[1 << 16];
    for (ssize_t got = 0; connected_ && (got = ::recv(socket_, buffer, sizeof buffer, 0)) > 0;)
      all.append(buffer, static_cast<std::size_t>(got));
    const std::size_t end = all.find("\r\n\r\n");
    if (!all.starts_with("HTTP/1.1 ") || end == std::string::npos) return {};
    HttpAnswer out{std::stoi(all.substr(9)), all.substr(0, end), all.substr(end + 4)};
    if (out.headers.find("chunked") != std::string::npos) out.body = without_chunks(out.body);
    return out;
  }

 private:
  static std::string without_chunks(const std::string& body) {
    std::string out;
    for (std::size_t at = 0; at < body.size();) {
      const std::size_t line = body.find("\r\n", at);
      if (line == std::string::npos) break;
      const std::size_t size = std::stoul(body.substr(at, line - at), nullptr, 16);
      out += body.substr(line + 2, size);
      at = line + 2 + size + 2;
    }
    return out;
  }

  int socket_;
  bool connected_ = false;
};

inline HttpAnswer http(int port, const std::string& method, const std::string& path, const std::string& body = {},
                       const std::vector<std::pair<std::string, std::string>>& headers = {}) {
  const HttpConnection connection(port);
  connection.send(method, path, body, headers);
  return connection.receive();
}

}  // namespace groel::testing
