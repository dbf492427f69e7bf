// The queue of jobs and its thread.
#include "tasks/serve/jobs.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <random>

#include "base/error.h"
#include "tasks/serve/compute_queue.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using SystemClock = std::chrono::system_clock;

constexpr std::size_t kMostMessages = 100;

const char* state_name(JobState state) {
  switch (state) {
    case JobState::waiting: return "waiting";
    case JobState::running: return "running";
    case JobState::done: return "done";
    case JobState::failed: return "failed";
    case JobState::cancelled: break;
  }
  return "cancelled";
}

bool is_over(JobState state) { return state != JobState::waiting && state != JobState::running; }

// 128 bits of the system's: an id is known to those alone who were given it.
std::string new_id() {
  std::random_device system;
  std::string out;
  for (int i = 0; i < 4; ++i) out += fmt::format("{:08x}", static_cast<std::uint32_t>(system()));
  return out;
}

std::string time_of(SystemClock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(SystemClock::to_time_t(time)));
}

}  // namespace

struct JobQueue::Job {
  std::string id, kind;
  fs::path folder;
  Work work;
  JobState state = JobState::waiting;
  std::int64_t version = 0;  // grows with each change
  bool cancelled = false;    // it was asked to end
  SystemClock::time_point created = SystemClock::now(), started{}, finished{};
  engine::Session* session = nullptr;  // while it runs
  ordered_json progress = nullptr, result = nullptr, error = nullptr;
  ordered_json stages = ordered_json::array(), messages = ordered_json::array();
  ordered_json files = ordered_json::array();
};

// What a job says is what its clients see.
class JobQueue::Messages final : public Sink {
 public:
  Messages(JobQueue& queue, Job& job) : queue_(queue), job_(job) {}
  void progress(const Progress& now) override {
    const std::lock_guard lock(queue_.mutex_);
    const std::string stage(now.phase);
    if (job_.stages.empty() || job_.stages.back() != stage) job_.stages.push_back(stage);
    job_.progress = {
        {"stage", stage},
        {"done", now.done},
        {"total", now.total},
        {"unit", now.unit},
        {"seconds", now.seconds},
        {"detail", now.detail},
        {"of_all",
         now.total_tokens > 0 ? static_cast<double>(now.tokens) / static_cast<double>(now.total_tokens) : 0.0}};
    queue_.changed(job_);
  }
  void note(std::string_view text) override { add(text); }
  void warning(std::string_view text) override { add("warning: " + std::string(text)); }

 private:
  // Paths of the server's own are no client's business.
  void add(std::string_view said) {
    std::string text(said);
    const std::string folder = job_.folder.string() + "/";
    for (std::size_t at = 0; (at = text.find(folder, at)) != std::string::npos;) text.erase(at, folder.size());
    const std::lock_guard lock(queue_.mutex_);
    if (job_.messages.size() == kMostMessages) job_.messages.erase(job_.messages.begin());
    job_.messages.push_back(std::move(text));
    queue_.changed(job_);
  }

  JobQueue& queue_;
  Job& job_;
};

JobQueue::JobQueue(const JobLimits& limits) : limits_(limits), thread_([this] { loop(); }) {}

JobQueue::~JobQueue() {
  close();
  thread_.join();
}

std::string JobQueue::add(const std::string& kind, const std::function<void(const fs::path& input)>& prepare,
                          Work work) {
  const auto check = [&] {
    if (closing_) throw QueueError(QueueRefusal::closing);
    const auto waiting = std::ranges::count(jobs_, JobState::waiting, [](const JobPointer& job) { return job->state; });
    if (waiting >= limits_.waiting) throw QueueError(QueueRefusal::full);
  };
  {
    const std::lock_guard lock(mutex_);
    check();
  }
  auto job = std::make_shared<Job>();
  job->id = new_id();
  job->kind = kind;
  job->folder = folder_ / job->id.c_str();
  job->work = std::move(work);
  fs::create_directories(job->folder / "input");
  try {
    prepare(job->folder / "input");
    const std::lock_guard lock(mutex_);
    check();
    jobs_.push_back(job);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(job->folder, ignored);
    throw;
  }
  changed_.notify_all();
  return job->id;
}

JobQueue::JobPointer JobQueue::find(const std::string& id) const {
  const auto found = std::ranges::find(jobs_, id, [](const JobPointer& job) { return job->id; });
  return found == jobs_.end() ? nullptr : *found;
}

ordered_json JobQueue::describe(const Job& job) const {
  const bool ending = job.state == JobState::running && job.cancelled;
  ordered_json out{{"id", job.id},
                   {"kind", job.kind},
                   {"state", ending ? "cancelling" : state_name(job.state)},
                   {"created", time_of(job.created)}};
  if (job.state == JobState::waiting) {
    std::int64_t before = 0;
    for (const JobPointer& other : jobs_) {
      if (other.get() == &job) break;
      before += is_over(other->state) ? 0 : 1;
    }
    out["jobs_before"] = before;
  }
  if (job.started != SystemClock::time_point{}) out["started"] = time_of(job.started);
  if (job.finished != SystemClock::time_point{}) out["finished"] = time_of(job.finished);
  if (!job.progress.is_null()) out["progress"] = job.progress;
  out["stages"] = job.stages;
  out["messages"] = job.messages;
  if (!job.error.is_null()) out["error"] = job.error;
  if (!job.result.is_null()) out["result"] = job.result;
  if (is_over(job.state)) out["files"] = job.files;
  return out;
}

ordered_json JobQueue::status(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const JobPointer job = find(id);
  return job == nullptr ? ordered_json() : describe(*job);
}

JobQueue::Change JobQueue::wait(const std::string& id, std::int64_t& seen, std::chrono::milliseconds most) const {
  std::unique_lock lock(mutex_);
  const JobPointer job = find(id);
  if (job == nullptr) return {nullptr, true};
  changed_.wait_for(lock, most, [&] { return job->version != seen || is_over(job->state); });
  seen = job->version;
  return {describe(*job), is_over(job->state)};
}

std::optional<fs::path> JobQueue::file(const std::string& id, const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const JobPointer job = find(id);
  if (job == nullptr) return {};
  for (const ordered_json& one : job->files)  // names that are listed lead nowhere else
    if (one["name"] == name) return job->folder / "results" / name;
  return {};
}

bool JobQueue::remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const JobPointer job = find(id);
  if (job == nullptr) return false;
  if (is_over(job->state)) {
    std::error_code ignored;
    fs::remove_all(job->folder, ignored);
    std::erase(jobs_, job);
    return true;
  }
  job->cancelled = true;
  if (job->state == JobState::waiting) end(*job, JobState::cancelled);
  if (job->session != nullptr) job->session->cancel();
  changed(*job);
  return true;
}

void JobQueue::close() {
  const std::lock_guard lock(mutex_);
  closing_ = true;
  const std::deque<JobPointer> all = jobs_;  // those that end make room
  for (const JobPointer& job : all) {
    if (is_over(job->state)) continue;
    job->cancelled = true;
    if (job->state == JobState::waiting) end(*job, JobState::cancelled);
    if (job->session != nullptr) job->session->cancel();
  }
  changed_.notify_all();
}

std::int64_t JobQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::count(jobs_, JobState::waiting, [](const JobPointer& job) { return job->state; });
}

void JobQueue::loop() {
  for (;;) {
    JobPointer next;
    {
      std::unique_lock lock(mutex_);
      const auto first = [this] {
        return std::ranges::find(jobs_, JobState::waiting, [](const JobPointer& job) { return job->state; });
      };
      changed_.wait(lock, [&] { return closing_ || first() != jobs_.end(); });
      if (closing_) return;
      next = *first();
      next->state = JobState::running;
      next->started = SystemClock::now();
      changed(*next);
    }
    run(next);
  }
}

void JobQueue::run(const JobPointer& job) {
  Messages messages(*this, *job);
  JobState ended = JobState::done;
  try {
    engine::Session session({.threads = limits_.threads, .sink = &messages});
    {
      const std::lock_guard lock(mutex_);
      job->session = &session;
      if (job->cancelled) session.cancel();
    }
    const fs::path results = job->folder / "results";
    fs::create_directories(results);
    ordered_json result;
    try {
      result = job->work({job->folder / "input", results, messages, session});
    } catch (...) {
      const std::lock_guard lock(mutex_);
      job->session = nullptr;
      throw;
    }
    const std::lock_guard lock(mutex_);
    job->session = nullptr;
    job->result = std::move(result);
  } catch (const Error& error) {
    ended = error.kind() == ErrorKind::interrupted ? JobState::cancelled : JobState::failed;
    messages.note(error.what());
    const std::lock_guard lock(mutex_);
    if (ended == JobState::failed) job->error = {{"message", job->messages.back()}, {"kind", name(error.kind())}};
  } catch (const std::exception& error) {
    ended = JobState::failed;
    const std::lock_guard lock(mutex_);
    job->error = {{"message", error.what()}, {"kind", "internal"}};
  }
  const std::lock_guard lock(mutex_);
  end(*job, ended);
}

// With the queue locked: what it has written is listed, and the oldest that ended makes room.
void JobQueue::end(Job& job, JobState state) {
  job.state = state;
  job.finished = SystemClock::now();
  job.work = nullptr;
  std::error_code failed;
  fs::remove_all(job.folder / "input", failed);
  const fs::path results = job.folder / "results";
  std::vector<std::pair<std::string, std::uintmax_t>> files;
  for (auto at = fs::recursive_directory_iterator(results, failed); !failed && at != fs::end(at); at.increment(failed))
    if (at->is_regular_file() && !at->is_symlink())
      files.emplace_back(at->path().lexically_relative(results).generic_string(), at->file_size());
  std::ranges::sort(files);
  for (const auto& [name, bytes] : files)
    job.files.push_back({{"name", name}, {"bytes", bytes}, {"path", fmt::format("/jobs/{}/files/{}", job.id, name)}});
  make_room();
  changed(job);
}

void JobQueue::make_room() {
  auto over = std::ranges::count_if(jobs_, [](const JobPointer& job) { return is_over(job->state); });
  for (auto at = jobs_.begin(); at != jobs_.end() && over > limits_.kept;) {
    if (!is_over((*at)->state)) {
      ++at;
      continue;
    }
    std::error_code ignored;
    fs::remove_all((*at)->folder, ignored);
    at = jobs_.erase(at);
    --over;
  }
}

void JobQueue::changed(Job& job) {
  ++job.version;
  changed_.notify_all();
}

}  // namespace groel::tasks
