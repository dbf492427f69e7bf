// Runs work on a thread of its own, so that the one that asked for it can serve Python meanwhile: signals, progress,
// messages.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "errors.h"

namespace groel::python {

/// A groel_progress that outlives its callback.
struct ProgressNow {
  std::string phase, unit, token_unit, detail;
  std::int64_t done, total, tokens, total_tokens;
  double seconds;
};

/// A groel_protein that outlives its callback.
struct Protein {
  std::string sequence, text;
  std::vector<std::int32_t> token_ids;
  std::vector<float> log_probabilities;
  double perplexity;
  bool ended;
};

enum class Message { note, warning };

/// What a thread that works has said, until it is passed on.
struct Heard {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<ProgressNow> progress;  // the newest alone
  std::deque<std::pair<Message, std::string>> messages;
  std::deque<Protein> proteins;
  std::optional<Failure> ended;   // with GROEL_OK where all is well
  std::atomic<bool> stop{false};  // nobody waits for more
};

/// A groel_session whose callbacks are heard by the Call that the thread works for.
class Session {
 public:
  /// 0: as many threads as cores; most of the memory that is free. Raises, as groel_session_new fails.
  Session(std::int64_t threads, std::uint64_t memory);
  ~Session() { groel_session_free(handle_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  groel_session* handle() const noexcept { return handle_; }
  /// Said by threads that are no Call's.
  Heard& strays() noexcept { return strays_; }

 private:
  Heard strays_;
  groel_session* handle_ = nullptr;
};

/// Hands what was heard to `listener(kind, what)`, a Python callable: "progress" and a tuple, "note" or "warning" and a
/// text. With the GIL.
void pass_on(Heard& heard, const py::object& listener);

/// Work that runs.
class Call {
 public:
  /// What is heard of it is passed on by wait() and next_protein().
  Call(std::shared_ptr<Session> session, std::function<groel_status(Heard&)> work, py::object listener);
  /// Cancels what still runs.
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// Serves Python until the work has ended. Raises its error; what a signal handler or the listener raises, once the
  /// work has been cancelled.
  void wait();
  /// The same until there is a protein; none: the work has ended.
  std::optional<Protein> next_protein();

 private:
  bool serve(bool until_protein);
  void join();
  void cancel();

  std::shared_ptr<Session> session_;
  py::object listener_;
  std::shared_ptr<Heard> heard_ = std::make_shared<Heard>();
  std::thread thread_;
};

}  // namespace groel::python
