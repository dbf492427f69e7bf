// Requests through libcurl's easy interface.
#include "hub/http.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <exception>

#include "base/error.h"
#include "base/interrupt.h"
#include "hub/curl.h"

namespace groel::hub {
namespace {

constexpr std::size_t kLargestBody = std::size_t{64} << 20;  // of answers that are kept in memory
constexpr int kMostRedirects = 10;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// What the callbacks share; exceptions must not pass through libcurl.
struct Exchange {
  const HttpRequest& request;
  HttpReply reply{};
  std::exception_ptr thrown{};

  bool guarded(const std::function<void()>& work) {
    try {
      work();
      return true;
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  }
};

void take_header(HttpReply& reply, std::string_view line) {
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    reply.headers.clear();  // of a proxy, or of an answer that another follows
    const auto space = line.find(' ');
    reply.status = space == std::string_view::npos ? 0 : std::atoi(std::string(line.substr(space + 1)).c_str());
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    reply.headers[lower(line.substr(0, colon))] = value;
  }
}

std::size_t on_header(char* data, std::size_t, std::size_t count, void* closure) {
  auto& exchange = *static_cast<Exchange*>(closure);
  return exchange.guarded([&] { take_header(exchange.reply, {data, count}); }) ? count : 0;
}

void take_body(Exchange& exchange, std::string_view piece) {
  HttpReply& reply = exchange.reply;
  if (reply.is_good() && exchange.request.receive) return exchange.request.receive(reply, piece);
  if (reply.body.size() + piece.size() <= kLargestBody)
    reply.body += piece;
  else
    throw Error(ErrorKind::io, {"the answer is far larger than it should be", exchange.request.url, {}});
}

std::size_t on_body(char* data, std::size_t, std::size_t count, void* closure) {
  auto& exchange = *static_cast<Exchange*>(closure);
  return exchange.guarded([&] { take_body(exchange, {data, count}); }) ? count : 0;
}

int on_progress(void* closure, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& exchange = *static_cast<Exchange*>(closure);
  return exchange.guarded([&] { exchange.request.check ? exchange.request.check() : check_interrupted(); }) ? 0 : 1;
}

Transfer transfer_of(CURLcode code) {
  switch (code) {
    case CURLE_OK: return Transfer::whole;
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return Transfer::unreachable;
    case CURLE_OPERATION_TIMEDOUT: return Transfer::stalled;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR: return Transfer::untrusted;
    default: return Transfer::broken;
  }
}

class HeaderList {
 public:
  ~HeaderList() { curl().slist_free_all(list_); }
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  void add(const std::string& line) { list_ = curl().slist_append(list_, line.c_str()); }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

// The library, unlike the program curl, reads none of these. Proxies it reads by itself.
void set_certificates(void* handle) {
  for (const char* name : {"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"})
    if (const char* file = std::getenv(name); file != nullptr && *file != '\0') {
      curl().easy_setopt(handle, CURLOPT_CAINFO, file);
      break;
    }
  if (const char* folder = std::getenv("SSL_CERT_DIR"); folder != nullptr && *folder != '\0')
    curl().easy_setopt(handle, CURLOPT_CAPATH, folder);
}

void set_limits(void* handle, const HttpSettings& settings) {
  const Curl& lib = curl();
  lib.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  lib.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(settings.connect_seconds));
  lib.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  lib.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(settings.stall_seconds));
  lib.easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  lib.easy_setopt(handle, CURLOPT_BUFFERSIZE, 512L << 10);
  lib.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
}

void set_callbacks(void* handle, Exchange& exchange) {
  const Curl& lib = curl();
  lib.easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  lib.easy_setopt(handle, CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  lib.easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  lib.easy_setopt(handle, CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  lib.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  lib.easy_setopt(handle, CURLOPT_XFERINFODATA, static_cast<void*>(&exchange));
  lib.easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

bool is_web(const std::string& url) {
  const std::string origin = origin_of(url);
  return origin.starts_with("http://") || origin.starts_with("https://");
}

void check_redirect(const std::string& from, const std::string& to) {
  const bool downgraded = origin_of(from).starts_with("https:") && !origin_of(to).starts_with("https:");
  if (is_web(to) && !downgraded) return;
  throw Error(ErrorKind::io, {fmt::format("the server leads away from a safe connection, to {}", origin_of(to)), from,
                              "take the model from another place (HF_ENDPOINT)"});
}

}  // namespace

std::string origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return lower(url.substr(0, std::min(url.find_first_of("/?#", scheme + 3), url.size())));
}

std::string HttpReply::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

HttpClient::HttpClient(const HttpSettings& settings) : settings_(settings), handle_(curl().easy_init()) {
  if (handle_ == nullptr) throw Error(ErrorKind::memory, "libcurl gives no handle for a request");
}

HttpClient::~HttpClient() { curl().easy_cleanup(handle_); }

HttpReply HttpClient::send(const HttpRequest& request) {
  std::string url = request.url;
  if (!is_web(url))
    throw Error(ErrorKind::usage, {"this is no address of the web", url, "it begins with https://; see HF_ENDPOINT"});
  for (int i = 0; i <= kMostRedirects; ++i) {
    HttpReply reply = send_once(request, url);
    if (reply.redirect.empty() || reply.transfer != Transfer::whole) return reply;
    if (request.stop_at && request.stop_at(reply)) return reply;
    check_redirect(url, reply.redirect);
    url = reply.redirect;
  }
  throw Error(ErrorKind::io, {"the server redirects without end", request.url, {}});
}

HttpReply HttpClient::send_once(const HttpRequest& request, const std::string& url) {
  const Curl& lib = curl();
  lib.easy_reset(handle_);  // connections stay open
  Exchange exchange{request};
  HeaderList headers;
  headers.add("Accept-Encoding: identity");
  if (!request.token.empty() && origin_of(url) == origin_of(request.token_url))
    headers.add("Authorization: Bearer " + request.token);
  lib.easy_setopt(handle_, CURLOPT_URL, url.c_str());
  lib.easy_setopt(handle_, CURLOPT_USERAGENT, "groel");
  lib.easy_setopt(handle_, CURLOPT_HTTPHEADER, headers.get());
  if (request.method == Method::head) lib.easy_setopt(handle_, CURLOPT_NOBODY, 1L);
  const std::string range = request.range ? fmt::format("{}-{}", request.range->first, request.range->second) : "";
  if (request.range) lib.easy_setopt(handle_, CURLOPT_RANGE, range.c_str());
  set_limits(handle_, settings_);
  set_certificates(handle_);
  set_callbacks(handle_, exchange);
  const CURLcode code = lib.easy_perform(handle_);
  if (exchange.thrown) std::rethrow_exception(exchange.thrown);
  HttpReply reply = std::move(exchange.reply);
  reply.url = url;
  reply.transfer = transfer_of(code);
  if (code != CURLE_OK) reply.reason = lib.easy_strerror(code);
  char* redirect = nullptr;
  if (lib.easy_getinfo(handle_, CURLINFO_REDIRECT_URL, &redirect) == CURLE_OK && redirect != nullptr)
    reply.redirect = redirect;
  return reply;
}

}  // namespace groel::hub
