// /fold, and the jobs that come of it: how far they are, their files, their end.
#include <fstream>

#include "base/error.h"
#include "tasks/serve/events.h"
#include "tasks/serve/fold_request.h"
#include "tasks/serve/routes.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

[[noreturn]] void no_such_job() {
  throw Error(ErrorKind::not_found, {"there is no such job: it was removed, or had to make room", {}, {}});
}

server::ServerReply start_fold(Call& call) {
  auto request = std::make_shared<FoldRequest>(call);
  const std::string id = call.served.jobs->add(
      "fold", [&](const std::filesystem::path& folder) { request->write(folder); },
      [request](const JobContext& context) { return request->run(context); });
  server::ServerReply reply = json_reply(call.served.jobs->status(id), 202);
  reply.headers.emplace_back("Location", "/jobs/" + id);
  return reply;
}

server::ServerReply job_state(Call& call) {
  const ordered_json status = call.served.jobs->status(call.path["id"]);
  if (status.is_null()) no_such_job();
  return json_reply(status);
}

// An event for each change, and one at the end; a comment now and then, by which a client that has gone is noticed.
server::ServerReply job_events(Call& call) {
  const std::string id = call.path["id"];
  if (call.served.jobs->status(id).is_null()) no_such_job();
  server::ServerReply reply{.status = 200, .body = {}, .type = "text/event-stream"};
  reply.headers.emplace_back("Cache-Control", "no-store");
  reply.stream = [&jobs = *call.served.jobs, id](const auto& write) {
    constexpr std::chrono::milliseconds kLongest{10'000}, kBetween{100};
    std::int64_t seen = -1;
    for (;;) {
      const std::int64_t before = seen;
      const JobQueue::Change now = jobs.wait(id, seen, kLongest);
      if (now.status.is_null()) return void(write(event_text(R"({"state": "removed"})", "end")));
      if (now.ended) return void(write(event_text(json_text(now.status), "end")));
      if (!write(seen == before ? std::string(": still there\n\n") : event_text(json_text(now.status), "progress")))
        return;
      std::this_thread::sleep_for(kBetween);  // a client needs no thousand a second
    }
  };
  return reply;
}

std::string media_type(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension == ".json") return "application/json";
  if (extension == ".pdb") return "chemical/x-pdb";
  if (extension == ".cif") return "chemical/x-mmcif";
  if (extension == ".csv") return "text/csv; charset=utf-8";
  if (extension == ".md") return "text/markdown; charset=utf-8";
  return "application/octet-stream";
}

server::ServerReply job_file(Call& call) {
  const auto path = call.served.jobs->file(call.path["id"], call.path["file"]);
  if (!path) throw Error(ErrorKind::not_found, {"there is no such file of a job that has ended", {}, {}});
  const auto file = std::make_shared<std::ifstream>(*path, std::ios::binary);
  if (!*file) throw Error(ErrorKind::not_found, {"it has just been removed", {}, {}});
  server::ServerReply reply{.status = 200, .body = {}, .type = media_type(*path)};
  reply.headers.emplace_back("X-Content-Type-Options", "nosniff");
  reply.stream = [file](const auto& write) {
    std::string piece(std::size_t{1} << 16, '\0');
    while (*file && file->read(piece.data(), static_cast<std::streamsize>(piece.size())).gcount() > 0)
      if (!write(std::string_view(piece.data(), static_cast<std::size_t>(file->gcount())))) return;
  };
  return reply;
}

server::ServerReply remove_job(Call& call) {
  const std::string id = call.path["id"];
  if (!call.served.jobs->remove(id)) no_such_job();
  const ordered_json left = call.served.jobs->status(id);
  return json_reply(left.is_null() ? ordered_json{{"id", id}, {"state", "removed"}} : left);
}

bool folds(const Served& served) { return served.jobs != nullptr && !served.fold_model.empty(); }

}  // namespace

std::vector<Route> job_routes() {
  const auto route = [](const char* method, const char* path, const char* summary, auto* answer) {
    return Route{method, path, summary, nullptr, ErrorForm::own, answer, false, nullptr, folds};
  };
  std::vector<Route> out{
      route("GET", "/jobs/{id}", "How far a job is: state, stages, messages, result and files", job_state),
      route("GET", "/jobs/{id}/events", "The same as server-sent events, one for each change", job_events),
      route("GET", "/jobs/{id}/files/{file}", "A file of a job's results", job_file),
      route("DELETE", "/jobs/{id}", "Ends a job that waits or runs; takes away one that has ended", remove_job)};
  out.push_back({"POST", "/fold", "Folds as a job: answers 202 with its id at once", FoldRequest::fields(),
                 ErrorForm::own, start_fold, false, nullptr, folds, "202"});
  return out;
}

}  // namespace groel::tasks
