// The page at / and the files that it asks for. They are open: what the page asks for on behalf of its reader is not.
#include <algorithm>
#include <map>
#include <mutex>

#include "base/compress.h"
#include "report/app_page.h"
#include "tasks/serve/routes.h"

namespace groel::tasks {
namespace {

// By gzip, made when it is first asked for: a third of the bytes.
std::string gzipped(const report::PageFile& file) {
  static std::mutex mutex;
  static std::map<std::string, std::string> made;
  const std::lock_guard lock(mutex);
  std::string& out = made[file.path];
  if (out.empty()) out = compressed(file.text, Compression::gzip);
  return out;
}

server::ServerReply page_file(Call& call) {
  const auto& files = report::server_page();
  const auto file =
      std::find_if(files.begin(), files.end(), [&](const report::PageFile& one) { return one.path == call.http.path; });
  const bool packed = file->lasting && call.http.header("accept-encoding").find("gzip") != std::string::npos;
  server::ServerReply reply{
      .status = 200, .body = packed ? gzipped(*file) : std::string(file->text), .type = file->type};
  reply.headers = {{"Content-Security-Policy", std::string(report::server_page_policy())},
                   {"X-Content-Type-Options", "nosniff"},
                   {"Referrer-Policy", "no-referrer"},
                   {"Cross-Origin-Resource-Policy", "same-origin"},
                   {"Cache-Control", file->lasting ? "public, max-age=31536000, immutable" : "no-cache"},
                   {"Vary", "Accept-Encoding"}};
  if (packed) reply.headers.emplace_back("Content-Encoding", "gzip");
  return reply;
}

}  // namespace

std::vector<Route> page_routes() {
  std::vector<Route> out;
  for (const report::PageFile& file : report::server_page())
    out.push_back({"GET", file.path, file.path == "/" ? "The page, for people" : "A part of the page", nullptr,
                   ErrorForm::own, page_file, true});
  return out;
}

}  // namespace groel::tasks
