// Words for the failures of servers and networks.
#include "hub/http_error.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "base/error.h"

namespace groel::hub {
namespace {

constexpr const char* kToken =
    "if it is gated, accept its terms on its page; then export HF_TOKEN=… with a token of that account "
    "(https://huggingface.co/settings/tokens)";
constexpr const char* kNetwork =
    "check the network; a proxy goes into https_proxy, the address of a mirror into HF_ENDPOINT. What has come is "
    "kept: "
    "the same command goes on with it";

Error failure_of_network(const HttpReply& reply, const std::string& what) {
  const std::string host = origin_of(reply.url);
  switch (reply.transfer) {
    case Transfer::unreachable:
      return {ErrorKind::io, {fmt::format("cannot reach {}: {}", host, reply.reason), what, kNetwork}};
    case Transfer::stalled: return {ErrorKind::io, {fmt::format("nothing more comes from {}", host), what, kNetwork}};
    case Transfer::untrusted:
      return {ErrorKind::io,
              {fmt::format("the certificate of {} cannot be trusted: {}", host, reply.reason), what,
               "behind a proxy that opens connections, name its certificates: export SSL_CERT_FILE=FILE"}};
    default:
      return {ErrorKind::io, {fmt::format("the connection to {} broke: {}", host, reply.reason), what, kNetwork}};
  }
}

Error not_there(const HttpReply& reply, const std::string& what) {
  const std::string code = reply.header("x-error-code");
  if (code == "RevisionNotFound")
    return {ErrorKind::not_found, {"the model has no such revision", what, "leave it out to get main"}};
  if (code == "EntryNotFound") return {ErrorKind::not_found, {"the repository has no such file", what, {}}};
  return {ErrorKind::not_found,
          {fmt::format("{} has no such model or file", origin_of(reply.url)), what, "check the spelling"}};
}

Error refused(const HttpReply& reply, const std::string& what) {
  if (reply.header("x-error-code") == "GatedRepo")
    return {ErrorKind::io, {"its owner gives this model only to those who accepted its terms", what, kToken}};
  const std::string text = fmt::format("{} gives it not to everybody, or has nothing of that name (HTTP {})",
                                       origin_of(reply.url), reply.status);
  return {ErrorKind::io, {text, what, std::string("check the spelling; ") + kToken}};
}

Error too_many(const HttpReply& reply, const std::string& what) {
  const auto wait = retry_after(reply);
  return {ErrorKind::io,
          {fmt::format("{} takes no more requests for now (HTTP 429)", origin_of(reply.url)), what,
           wait ? fmt::format("try again in {:.0f} seconds", std::ceil(*wait)) : std::string("try again later")}};
}

}  // namespace

bool may_pass(const HttpReply& reply) {
  if (reply.transfer == Transfer::untrusted) return false;
  if (reply.transfer != Transfer::whole) return true;
  return reply.status == 408 || reply.status == 429 || reply.status >= 500;
}

std::optional<double> retry_after(const HttpReply& reply) {
  const std::string text = reply.header("retry-after");
  if (text.empty()) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::strtod(text.c_str(), nullptr);
  std::tm date{};
  if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date) == nullptr) return std::nullopt;
  return std::max(0.0, std::difftime(::timegm(&date), std::time(nullptr)));
}

void throw_reply(const HttpReply& reply, const std::string& asked_for) {
  if (reply.transfer != Transfer::whole) throw failure_of_network(reply, asked_for);
  if (reply.status == 401 || reply.status == 403) throw refused(reply, asked_for);
  if (reply.status == 404 || reply.status == 410) throw not_there(reply, asked_for);
  if (reply.status == 429) throw too_many(reply, asked_for);
  throw Error(ErrorKind::io, {fmt::format("{} answered with HTTP {}", origin_of(reply.url), reply.status), asked_for,
                              reply.status >= 500 ? "its server has a problem: try again later" : ""});
}

}  // namespace groel::hub
