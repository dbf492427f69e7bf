// Jobs of a server that take longer than a request may: one runs at a time, the others wait, and the files of those
// that are done are kept until they have to make room.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

#include "base/progress.h"
#include "base/work_folder.h"
#include "engine/session.h"

namespace groel::tasks {

enum class JobState { waiting, running, done, failed, cancelled };

struct JobLimits {
  std::int64_t waiting = 8;  ///< more are refused
  std::int64_t kept = 32;    ///< that have ended; the oldest makes room
  std::int64_t threads = 0;  ///< of a job: as engine::SessionSettings
};

/// What is given to a job when its turn has come.
struct JobContext {
  std::filesystem::path input, results;  ///< its folders; files of the second are what clients can fetch
  Sink& sink;                            ///< progress and messages, which clients see
  engine::Session& session;              ///< that it works in; cancelled when the job is
};

/// Nothing of it outlives the queue: its folder is in the system's place for temporary files and goes with it.
class JobQueue {
 public:
  /// -> what the client is to know of the results.
  using Work = std::function<nlohmann::ordered_json(const JobContext& context)>;

  explicit JobQueue(const JobLimits& limits);
  /// Cancels what runs and waits.
  ~JobQueue();

  /// `prepare` writes what the work reads, in the caller's thread. -> the job's id, which nobody can guess. Errors:
  /// QueueError, where too many wait or the server is ending; those of `prepare`.
  std::string add(const std::string& kind, const std::function<void(const std::filesystem::path& input)>& prepare,
                  Work work);
  /// All that is known of a job; null: there is none of that id.
  nlohmann::ordered_json status(const std::string& id) const;
  /// The same when it is not `seen` any more, or the time is over; `seen` becomes what it is. `ended`: nothing will
  /// change any more.
  struct Change {
    nlohmann::ordered_json status;
    bool ended = false;
  };
  Change wait(const std::string& id, std::int64_t& seen, std::chrono::milliseconds most) const;
  /// The path of a file of a job's results by its name among them; none: there is no such.
  std::optional<std::filesystem::path> file(const std::string& id, const std::string& name) const;
  /// Ends a job that waits or runs; takes away one that has ended, with its files. -> whether there was one.
  bool remove(const std::string& id);
  /// No more are taken, and all are cancelled: who waits for changes sees the end.
  void close();
  std::int64_t waiting() const;

 private:
  class Messages;
  struct Job;
  using JobPointer = std::shared_ptr<Job>;

  JobPointer find(const std::string& id) const;
  nlohmann::ordered_json describe(const Job& job) const;
  void loop();
  void run(const JobPointer& job);
  void end(Job& job, JobState state);
  void make_room();
  void changed(Job& job);

  JobLimits limits_;
  WorkFolder folder_{"jobs"};
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<JobPointer> jobs_;  // the oldest first
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace groel::tasks
