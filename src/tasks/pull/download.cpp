// Turns progress of downloads into that of tasks.
#include "tasks/pull/download.h"

#include <chrono>

namespace groel::tasks {
namespace {

// Megabytes; the rate is that of this run, whatever was there before.
class Meter {
 public:
  explicit Meter(Sink& sink) : sink_(sink) {}
  void show(const hub::PullProgress& at) {
    if (first_ < 0) first_ = megabytes(at.bytes);
    sink_.progress({.phase = "downloading",
                    .done = megabytes(at.bytes),
                    .total = megabytes(at.total),
                    .tokens = megabytes(at.bytes) - first_,
                    .total_tokens = megabytes(at.total) - first_,
                    .seconds = std::chrono::duration<double>(Clock::now() - start_).count(),
                    .unit = "MB",
                    .token_unit = "MB",
                    .detail = at.file});
  }

 private:
  using Clock = std::chrono::steady_clock;
  static std::int64_t megabytes(std::uint64_t bytes) { return static_cast<std::int64_t>(bytes / 1'000'000); }

  Sink& sink_;
  Clock::time_point start_ = Clock::now();
  std::int64_t first_ = -1;
};

}  // namespace

hub::PulledModel download_model(hub::PullRequest request, Sink& sink) {
  Meter meter(sink);
  request.progress = [&meter](const hub::PullProgress& at) { meter.show(at); };
  request.say = [&sink](const std::string& note) { sink.note(note); };
  hub::PulledModel out = hub::pull_model(hub::Cache(), request, hub::HubAccess{});
  sink.progress_done();
  return out;
}

DirectDownload download_files(const std::vector<models::DirectFile>& files, const std::filesystem::path& folder,
                              const hub::DownloadSettings& settings, Sink& sink) {
  DirectDownload out;
  for (const models::DirectFile& file : files) {
    Meter meter(sink);
    hub::DirectRequest request{
        .url = file.url, .hash = std::string(file.hash), .path = folder / file.name(), .download = settings};
    request.progress = [&meter](const hub::PullProgress& at) { meter.show(at); };
    request.say = [&sink](const std::string& note) { sink.note(note); };
    out.received += hub::download_direct(request);
    out.files.push_back(request.path);
    if (file.hash.empty()) out.unchecked.push_back(file.name());
    sink.progress_done();
  }
  return out;
}

}  // namespace groel::tasks
