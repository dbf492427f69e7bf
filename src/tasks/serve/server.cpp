// Takes requests to their routes.
#include "tasks/serve/server.h"

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "base/version.h"
#include "tasks/reading/flags.h"
#include "tasks/serve/metrics.h"
#include "tasks/serve/openapi.h"

namespace groel::tasks {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using server::ServerReply;
using server::ServerRequest;
using Clock = std::chrono::steady_clock;

// Digests of keys: what is compared takes the same time whatever the key.
std::set<std::string> keys_of(const ServeOptions& options) {
  std::set<std::string> out;
  const auto add = [&](std::string_view key) {
    while (!key.empty() && std::isspace(static_cast<unsigned char>(key.back())) != 0) key.remove_suffix(1);
    if (!key.empty()) out.insert(sha256(std::string(key)));
  };
  if (options.api_key_file) {
    std::istringstream lines(read_text(*options.api_key_file));
    for (std::string line; std::getline(lines, line);) add(line);
    if (out.empty())
      throw Error(ErrorKind::bad_input, {"there is no key in it", *options.api_key_file, "a key in each line"});
  } else if (const char* key = std::getenv("GROEL_API_KEY"); key != nullptr) {
    add(key);
  }
  return out;
}

// "--num-recycles" of a command's table is the field `num_recycles`.
Error with_field(const Error& error) {
  const auto& [what, where, remedy] = error.parts();
  if (!where.starts_with("--") || where.find(' ') != std::string::npos) return error;
  return Error(error.kind(), {what, fmt::format("`{}`", field_name(where.substr(2))), remedy});
}

// What went wrong, in the form of whose route it is.
ServerReply error_reply(ErrorForm form, int status, const std::string& what, const std::string& kind,
                        const std::string& field = {}) {
  switch (form) {
    case ErrorForm::openai: {
      const char* type = status == 401   ? "authentication_error"
                         : status == 429 ? "rate_limit_error"
                         : status < 500  ? "invalid_request_error"
                                         : "server_error";
      return json_reply({{"error",
                          {{"message", what},
                           {"type", type},
                           {"param", field.empty() ? ordered_json() : ordered_json(field)},
                           {"code", kind}}}},
                        status);
    }
    case ErrorForm::tei: return json_reply({{"error", what}, {"error_type", kind}}, status);
    case ErrorForm::own: break;
  }
  return json_reply(
      {{"error", {{"message", what}, {"kind", kind}, {"field", field.empty() ? ordered_json() : ordered_json(field)}}}},
      status);
}

const char* tei_kind(int status) {
  switch (status) {
    case 401: return "Unauthorized";
    case 413:
    case 422:
    case 400: return "Validation";
    case 429: return "Overloaded";
    case 503:
    case 504: return "Unhealthy";
    default: return status < 500 ? "Validation" : "Backend";
  }
}

// "`input`" names a field of the request.
std::string field_of(const Error& error) {
  const std::string& where = error.parts().where;
  return where.size() > 2 && where.front() == '`' && where.back() == '`' ? where.substr(1, where.size() - 2) : "";
}

ServerReply reply_of(ErrorForm form, const Error& thrown) {
  const Error error = with_field(thrown);
  // A body that is well-formed and cannot be used; one that is too large for the server.
  const int status = error.kind() == ErrorKind::usage || error.kind() == ErrorKind::bad_input ? 422
                     : error.kind() == ErrorKind::memory                                      ? 413
                                                         : http_status(error.kind());
  const int own = form == ErrorForm::openai && status == 422 ? 400 : status;
  return error_reply(form, own, error.what(), form == ErrorForm::tei ? tei_kind(own) : std::string(name(error.kind())),
                     field_of(error));
}

ServerReply reply_of(ErrorForm form, QueueRefusal why) {
  const auto reply = [&](int status, const char* what, const char* kind) {
    return error_reply(form, status, what, form == ErrorForm::tei ? tei_kind(status) : kind);
  };
  switch (why) {
    case QueueRefusal::full: {
      ServerReply out = reply(429, "too much is waiting: try again in a moment", "overloaded");
      out.headers.emplace_back("Retry-After", "1");
      return out;
    }
    case QueueRefusal::too_late: return reply(504, "the request has waited too long", "timeout");
    case QueueRefusal::closing: return reply(503, "the server is ending", "closing");
    case QueueRefusal::gone: break;
  }
  return reply(499, "the client has gone", "gone");
}

// While one lives, a signal breaks off nothing that is computed: it ends the taking of connections, and jobs. A second
// one ends the program at once.
class OwnSignals {
 public:
  OwnSignals() {
    seen_ = 0;
    struct sigaction own {};
    own.sa_handler = [](int signal) {
      seen_ = signal;
      for (const int other : kSignals) std::signal(other, SIG_DFL);
    };
    own.sa_flags = SA_ONSTACK | SA_RESTART;
    sigemptyset(&own.sa_mask);
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &own, nullptr);  // nohup, a background job
    }
  }
  ~OwnSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  }
  OwnSignals(const OwnSignals&) = delete;
  OwnSignals& operator=(const OwnSignals&) = delete;
  static bool seen() { return seen_ != 0 || detail::interrupting_signal != 0; }

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
  static inline volatile std::sig_atomic_t seen_ = 0;
  std::array<struct sigaction, 3> before_{};
};

class Service {
 public:
  Service(const ServeOptions& options, const ServedParts& parts, engine::Session& session)
      : options_(options),
        keys_(keys_of(options)),
        queue_(parts.loaded().model.get(), session, {options.waiting_tokens, options.batch_tokens}),
        served_{parts.loaded(),      options.model.value,  queue_,
                options.most_inputs, options.batch_tokens, options.connections,
                parts.predictor(),   parts.index(),        nullptr,
                parts.fold_model()} {
    if (!parts.fold_model().empty()) {
      jobs_.emplace(JobLimits{options.waiting_jobs, options.kept_jobs, options.threads});
      served_.jobs = &*jobs_;
    }
    for (auto routes :
         {openai_routes(), tei_routes(), protein_routes(), generate_routes(), search_routes(), job_routes()})
      for (Route& route : routes)
        if (is_there(route)) routes_.push_back(std::move(route));
    if (options.access_log) {
      log_.open(*options.access_log, std::ios::app);
      if (!log_) throw Error(ErrorKind::io, {"it cannot be written to", *options.access_log, {}});
    }
    for (Route& route : page_routes()) routes_.push_back(std::move(route));
  }

  ServerReply answer(const ServerRequest& request) {
    const auto start = Clock::now();
    const std::string id = id_of(request);
    Call call{served_, request, {}, start + std::chrono::seconds(options_.timeout)};
    const Route* const route = route_of(request, call.path);
    ServerReply reply = checked(request, route, call);
    reply.headers.emplace_back("X-Request-Id", id);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    metrics_.count(request.method,
                   route != nullptr    ? route->path
                   : own(request.path) ? request.path
                                       : "other",
                   reply.status, seconds, call.inputs, call.tokens);
    log(request, reply, call, id, seconds);
    return reply;
  }

  /// Jobs end, and who waits for them hears of it.
  void close_jobs() {
    if (jobs_) jobs_->close();
  }

  /// Of a request that never came whole.
  ServerReply refusal(int status) {
    metrics_.count("", "other", status, 0, 0, 0);
    return error_reply(ErrorForm::own, status,
                       status == 413 ? "the request is too large (--max-bytes)" : "this is no HTTP request",
                       "bad_input");
  }

 private:
  static bool own(const std::string& path) { return path == "/metrics" || path == "/openapi.json"; }

  bool is_there(const Route& route) const {
    if (route.there != nullptr && !(served_.has_model() && route.there(served_.model()))) return false;
    return route.offered == nullptr || route.offered(served_);
  }

  const Route* route_of(const ServerRequest& request, std::map<std::string, std::string>& parts) const {
    for (const Route& route : routes_)
      if (route.method == request.method && is_path_of(route.path, request.path, parts)) return &route;
    return nullptr;
  }

  bool may_ask(const ServerRequest& request, const Route* route) const {
    if (keys_.empty() || (route != nullptr && route->open)) return true;
    const std::string header = request.header("authorization");
    constexpr std::string_view kBearer = "Bearer ";
    return header.starts_with(kBearer) && keys_.contains(sha256(header.substr(kBearer.size())));
  }

  ServerReply checked(const ServerRequest& request, const Route* route, Call& call) {
    const ErrorForm form = route != nullptr ? route->form : ErrorForm::own;
    if (!may_ask(request, route)) {
      ServerReply out = error_reply(form, 401, "a key is needed: Authorization: Bearer KEY",
                                    form == ErrorForm::tei ? "Unauthorized" : "unauthorized");
      out.headers.emplace_back("WWW-Authenticate", "Bearer");
      return out;
    }
    if (route != nullptr) return routed(request, *route, call);
    if (request.method == "GET" && request.path == "/metrics")
      return {.status = 200,
              .body = metrics_.text(queue_.counts(), jobs_ ? jobs_->waiting() : -1),
              .type = "text/plain; version=0.0.4"};
    if (request.method == "GET" && request.path == "/openapi.json") return json_reply(openapi(routes_, !keys_.empty()));
    const bool other = std::any_of(routes_.begin(), routes_.end(),
                                   [&](const Route& one) { return is_path_of(one.path, request.path, call.path); }) ||
                       own(request.path);
    return other ? error_reply(form, 405, fmt::format("{} is not for {}", request.method, request.path), "method")
                 : error_reply(form, 404, fmt::format("there is no {}; /openapi.json has what there is", request.path),
                               "not_found");
  }

  ServerReply routed(const ServerRequest& request, const Route& route, Call& call) {
    try {
      if (!route.fields.is_null()) {
        call.body = json::parse(request.body, nullptr, false);
        if (!call.body.is_object())
          return error_reply(route.form, 400, "the body is no JSON object",
                             route.form == ErrorForm::tei ? "Validation" : "bad_input");
      }
      return route.answer(call);
    } catch (const QueueError& error) {
      return reply_of(route.form, error.why());
    } catch (const Error& error) {
      return reply_of(route.form, error);
    } catch (const std::exception& error) {
      return error_reply(route.form, 500, error.what(), route.form == ErrorForm::tei ? "Backend" : "internal");
    }
  }

  std::string id_of(const ServerRequest& request) {
    std::string given = request.header("x-request-id");
    const bool plain = !given.empty() && given.size() <= 128 &&
                       std::all_of(given.begin(), given.end(), [](unsigned char c) { return c > ' ' && c < 127; });
    return plain ? given : fmt::format("{:x}-{}", started_, ++requests_);
  }

  void log(const ServerRequest& request, const ServerReply& reply, const Call& call, const std::string& id,
           double seconds) {
    if (!log_.is_open()) return;
    const ordered_json line{{"id", id},
                            {"client", request.client},
                            {"method", request.method},
                            {"path", request.path},
                            {"status", reply.status},
                            {"inputs", call.inputs},
                            {"tokens", call.tokens},
                            {"seconds", seconds}};
    const std::lock_guard lock(log_mutex_);
    log_ << line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) << '\n' << std::flush;
  }

  const ServeOptions& options_;
  std::set<std::string> keys_;
  ComputeQueue queue_;
  std::optional<JobQueue> jobs_;
  Served served_;
  std::vector<Route> routes_;
  Metrics metrics_;
  std::ofstream log_;
  std::mutex log_mutex_;
  std::atomic<std::int64_t> requests_{0};
  std::int64_t started_ = std::chrono::system_clock::now().time_since_epoch().count();
};

}  // namespace

void serve(const ServeOptions& options, const ServedParts& parts, engine::Session& session,
           const std::function<void(const std::string& address)>& said) {
  const OwnSignals signals;
  Service service(options, parts, session);
  server::ServerSettings settings{.host = options.host,
                                  .port = static_cast<int>(options.port),
                                  .threads = static_cast<std::size_t>(options.connections),
                                  .most_bytes = options.most_bytes};
  settings.refusal = [&](int status) { return service.refusal(status); };
  const auto http =
      server::make_http_server(settings, [&](const ServerRequest& request) { return service.answer(request); });
  const int port = http->bind();
  if (port == 0)
    throw Error(ErrorKind::io,
                {"the address is in use, or is not this machine's", fmt::format("{}:{}", options.host, options.port),
                 "choose another with --port or --host"});
  std::thread listening([&] { http->run(); });
  said(fmt::format("http://{}:{}", options.host, port));
  while (!OwnSignals::seen() && !session.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  service.close_jobs();
  http->stop();
  listening.join();
}

}  // namespace groel::tasks
