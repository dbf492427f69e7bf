// Requests over HTTP: ranges, headers, redirects that never take the token to another host, and what went wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace groel::hub {

struct HttpSettings {
  int connect_seconds = 20;
  int stall_seconds = 30;  ///< without a byte, after which a transfer counts as broken
};

/// How far a request came.
enum class Transfer {
  whole,        ///< there is an answer, and all of it
  unreachable,  ///< no such host, no network, nobody listens there
  stalled,      ///< nothing came for too long
  broken,       ///< the connection ended before the answer did
  untrusted,    ///< the certificate, or the files that it is checked with
};

enum class Method { get, head };

struct HttpReply {
  Transfer transfer = Transfer::whole;
  std::string reason;                          ///< libcurl's words, where it is not whole
  int status = 0;                              ///< 0: none came
  std::map<std::string, std::string> headers;  ///< of the last answer, names in lower case
  std::string url;                             ///< that the last answer is from
  std::string redirect;                        ///< where it leads, whole; empty: it is no redirect
  std::string body;                            ///< where nobody receives it

  bool is_good() const { return transfer == Transfer::whole && status >= 200 && status < 300; }
  /// Empty where there is none.
  std::string header(const std::string& name) const;
};

struct HttpRequest {
  std::string url;
  Method method = Method::get;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> range{};  ///< first and last byte
  std::string token{};  ///< sent where scheme, host and port are those of `token_url`, and nowhere else
  std::string token_url{};
  std::function<void(const HttpReply& so_far, std::string_view piece)> receive{};  ///< gets the body of a good answer
  std::function<void()> check{};                    ///< throws to stop; called several times a second
  std::function<bool(const HttpReply&)> stop_at{};  ///< a redirect that is an answer already; none: follow all
};

/// Sends one request after another, over the same connection where it can. One thread at a time.
class HttpClient {
 public:
  explicit HttpClient(const HttpSettings& settings);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Follows redirects. What servers and networks do is in the reply. Errors: what `receive` and `check` throw;
  /// io for redirects without end or to something else than HTTP.
  HttpReply send(const HttpRequest& request);

 private:
  HttpReply send_once(const HttpRequest& request, const std::string& url);

  HttpSettings settings_;
  void* handle_;
};

/// "https://host:port" of an address, in lower case.
std::string origin_of(std::string_view url);

}  // namespace groel::hub
