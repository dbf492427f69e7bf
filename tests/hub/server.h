// A hub on loopback: the API of Hugging Face over one repository, and everything that servers and networks do wrong.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace groel::testing {

/// One file of the repository.
struct ServedFile {
  std::string content;
  std::string etag;    ///< its hash
  bool large = false;  ///< kept beside git: x-linked-etag, a redirect to where it is
};

struct ServerRequest {
  std::string method, target, range, authorization;
  std::string host{};  ///< that a proxy is asked for
};

/// What the server does wrong; set before or between requests.
struct ServerFaults {
  std::vector<std::pair<int, std::string>> answers{};  ///< first, one a request: status, further header lines
  std::set<std::string> only_of{};                     ///< methods that get these: "GET"; empty: all
  std::size_t break_after = std::string::npos;         ///< bytes of a body, then the connection ends
  int breaks = -1;                                     ///< so many times; -1: always
  int piece_milliseconds = 0;                          ///< between pieces of 4 KB
  bool no_ranges = false;
  bool no_blob_sizes = false;
  std::size_t extra_length = 0;                    ///< in what HEAD says of the size
  std::string other_content{};                     ///< sent for large files instead, under an etag of its own …
  int other_from = 0;                              ///< … from this body on …
  int other_to = 1 << 30;                          ///< … and before this
  int refused_body = -1;                           ///< of a large file: 403
  std::string token{};                             ///< without it: 401
  std::string large_files_at{};                    ///< address that large files are redirected to
  std::map<std::string, std::string> redirects{};  ///< target -> location
};

class HubServer {
 public:
  HubServer(std::string id, std::string commit) : id_(std::move(id)), commit_(std::move(commit)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no server on loopback");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~HubServer() {
    stop_ = true;
    acceptor_.join();
    for (std::thread& thread : connections_) thread.join();
    ::close(listener_);
  }
  HubServer(const HubServer&) = delete;
  HubServer& operator=(const HubServer&) = delete;

  std::string url(const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(port_);
  }

  int port() const { return port_; }
  void add(const std::string& path, ServedFile file) {
    const std::lock_guard lock(files_mutex_);
    auto all = std::make_shared<Files>(*files_);
    (*all)[path] = std::move(file);
    files_ = std::move(all);
  }
  void set(ServerFaults faults) {
    const std::lock_guard lock(mutex_);
    faults_ = std::move(faults);
    bodies_ = 0;
  }
  std::vector<ServerRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  /// Those that brought bytes of a file.
  int gets_of(const std::string& path) const {
    int count = 0;
    for (const ServerRequest& request : requests()) count += request.method == "GET" && request.target.ends_with(path);
    return count;
  }
  /// Opened so far.
  int connections() const { return accepted_; }
  std::size_t bytes_sent() const { return bytes_sent_; }

 private:
  using Files = std::map<std::string, ServedFile>;
  std::shared_ptr<const Files> served() const {
    const std::lock_guard lock(files_mutex_);
    return files_;
  }

  void accept_all() {
    while (!stop_) {
      pollfd entry{listener_, POLLIN, 0};
      if (::poll(&entry, 1, 20) <= 0) continue;
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      ++accepted_;
      connections_.emplace_back([this, connection] { serve(connection); });
    }
  }

  void serve(int connection) {
    std::string pending;
    while (!stop_) {
      const auto end = pending.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::string head = pending.substr(0, end + 2);
        pending.erase(0, end + 4);
        if (!answer(connection, parsed(head))) break;
        continue;
      }
      pollfd entry{connection, POLLIN, 0};
      if (::poll(&entry, 1, 20) <= 0) continue;
      char buffer[4096];
      const ssize_t count = ::recv(connection, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      pending.append(buffer, static_cast<std::size_t>(count));
    }
    ::close(connection);
  }

  static ServerRequest parsed(const std::string& head) {
    std::istringstream in(head);
    ServerRequest out;
    std::string line;
    in >> out.method >> out.target;
    if (out.target.starts_with("http://")) {  // as one asks a proxy
      out.host = out.target.substr(0, out.target.find('/', 7));
      out.target.erase(0, out.host.size());
    }
    while (std::getline(in, line)) {
      if (line.ends_with('\r')) line.pop_back();
      if (line.starts_with("Range: ")) out.range = line.substr(7);
      if (line.starts_with("Authorization: ")) out.authorization = line.substr(15);
    }
    return out;
  }

  bool send_all(int connection, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t count = ::send(connection, text.data() + at, text.size() - at, MSG_NOSIGNAL);
      if (count <= 0) return false;
      at += static_cast<std::size_t>(count);
    }
    return true;
  }

  bool plain(int connection, int status, const std::string& headers, const std::string& body = {}) {
    return send_all(connection, "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
                                    "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  // -> whether the connection goes on.
  bool answer(int connection, const ServerRequest& request) {
    ServerFaults faults;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      faults = faults_;
      const bool counts = faults.only_of.empty() || faults.only_of.contains(request.method);
      if (counts && !faults.answers.empty()) faults_.answers.erase(faults_.answers.begin());
      if (!counts) faults.answers.clear();
    }
    if (!faults.answers.empty()) return plain(connection, faults.answers[0].first, faults.answers[0].second);
    if (!faults.token.empty() && request.authorization != "Bearer " + faults.token) return plain(connection, 401, "");
    if (const auto found = faults.redirects.find(request.target); found != faults.redirects.end())
      return plain(connection, 302, "Location: " + found->second + "\r\n");
    if (request.target.starts_with("/api/models/" + id_ + "/revision/")) return list(connection, faults);
    const std::shared_ptr<const Files> files = served();
    for (const std::string& before :
         {"/" + id_ + "/resolve/" + commit_ + "/", "/" + id_ + "/resolve/main/", std::string("/large/")})
      if (request.target.starts_with(before))
        if (const auto file = files->find(request.target.substr(before.size())); file != files->end())
          return send_file(connection, request, *file, faults);
    return plain(connection, 404, "X-Error-Code: EntryNotFound\r\nX-Repo-Commit: " + commit_ + "\r\n");
  }

  bool list(int connection, const ServerFaults& faults) {
    std::string files;
    const std::shared_ptr<const Files> served_now = served();
    for (const auto& [path, file] : *served_now) {
      files += files.empty() ? "" : ", ";
      files += "{\"rfilename\": \"" + path + "\"";
      if (!faults.no_blob_sizes) files += ", \"size\": " + std::to_string(file.content.size());
      files += "}";
    }
    return plain(connection, 200, "Content-Type: application/json\r\n",
                 "{\"id\": \"" + id_ + "\", \"modelId\": \"" + id_ +
                     "\", \"private\": false, \"gated\": false, \"sha\": \"" + commit_ + "\", \"siblings\": [" + files +
                     "]}");
  }

  bool send_file(int connection, const ServerRequest& request, const std::pair<const std::string, ServedFile>& entry,
                 const ServerFaults& faults) {
    const ServedFile& file = entry.second;
    std::string headers = "X-Repo-Commit: " + commit_ + "\r\n";
    const bool linked = file.large && !request.target.starts_with("/large/");
    const std::string size = std::to_string(file.content.size() + faults.extra_length);
    if (linked) headers += "X-Linked-Etag: \"" + file.etag + "\"\r\nX-Linked-Size: " + size + "\r\n";
    if (linked && !faults.large_files_at.empty())
      return plain(connection, 302, headers + "Location: " + faults.large_files_at + "/large/" + entry.first + "\r\n");
    if (request.method == "HEAD")
      return send_all(connection, "HTTP/1.1 200 OK\r\n" + headers + "ETag: \"" + file.etag +
                                      "\"\r\nContent-Length: " + size + "\r\n\r\n");
    const int body = file.large ? bodies_++ : -1;
    if (body >= 0 && body == faults.refused_body) return plain(connection, 403, "");
    const bool other = !faults.other_content.empty() && body >= faults.other_from && body < faults.other_to;
    const std::string& content = other ? faults.other_content : file.content;
    return send_content(connection, request, content, headers + "ETag: \"" + file.etag + (other ? "x" : "") + "\"\r\n");
  }

  bool send_content(int connection, const ServerRequest& request, const std::string& content, std::string headers) {
    std::size_t first = 0, last = content.size() - 1;
    std::string status = "200 OK";
    if (!request.range.empty() && !faults().no_ranges) {
      const auto dash = request.range.find('-');
      first = std::stoull(request.range.substr(6, dash - 6));
      last = std::min<std::size_t>(last, std::stoull(request.range.substr(dash + 1)));
      if (first >= content.size()) return plain(connection, 416, "");
      status = "206 Partial Content";
      headers += "Content-Range: bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
                 std::to_string(content.size()) + "\r\n";
    }
    const std::string_view body = content.empty() ? "" : std::string_view(content).substr(first, last - first + 1);
    headers += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    return send_all(connection, "HTTP/1.1 " + status + "\r\n" + headers) && send_body(connection, body);
  }

  bool send_body(int connection, std::string_view body) {
    const std::size_t piece = faults().piece_milliseconds > 0 ? 4096 : std::size_t{1} << 20;
    std::size_t allowed = std::string::npos;
    {
      const std::lock_guard lock(mutex_);
      if (faults_.breaks != 0 && faults_.break_after < body.size()) {
        allowed = faults_.break_after;
        if (faults_.breaks > 0) --faults_.breaks;
      }
    }
    for (std::size_t at = 0; at < body.size() && !stop_;) {
      const std::size_t count = std::min({piece, body.size() - at, allowed - std::min(at, allowed)});
      if (count == 0 || !send_all(connection, body.substr(at, count))) return false;
      at += count;
      bytes_sent_ += count;
      wait(faults().piece_milliseconds);
    }
    return true;
  }

  void wait(int milliseconds) {
    for (; milliseconds > 0 && !stop_; milliseconds -= 10)
      std::this_thread::sleep_for(std::chrono::milliseconds(std::min(milliseconds, 10)));
  }

  ServerFaults faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
  }

  std::string id_, commit_;
  mutable std::mutex files_mutex_;
  std::shared_ptr<const Files> files_ = std::make_shared<Files>();
  mutable std::mutex mutex_;
  ServerFaults faults_;
  std::vector<ServerRequest> requests_;
  std::atomic<int> bodies_{0}, accepted_{0};
  std::atomic<std::size_t> bytes_sent_{0};
  std::atomic<bool> stop_{false};
  int listener_ = -1;
  int port_ = 0;
  std::list<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace groel::testing
