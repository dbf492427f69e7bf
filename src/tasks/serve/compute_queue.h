// One thread computes for all requests of a server: what they want embedded goes into batches together, a few sequences
// of each in turn, so that a large request keeps no small one waiting; and each is answered when its last one is there.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/runner.h"
#include "engine/session.h"

namespace groel::tasks {

using Deadline = std::chrono::steady_clock::time_point;

struct QueueLimits {
  std::int64_t waiting_tokens = 1 << 20;  ///< of requests that wait; more are refused
  std::int64_t batch_tokens = 1024;       ///< of sequences that are taken together; who comes meanwhile waits for them
};

/// Why a request was not computed.
enum class QueueRefusal { full, too_late, gone, closing };

class QueueError : public std::exception {
 public:
  explicit QueueError(QueueRefusal why) : why_(why) {}
  QueueRefusal why() const { return why_; }
  const char* what() const noexcept override { return "the request was not computed"; }

 private:
  QueueRefusal why_;
};

/// What has been computed so far, for metrics.
struct QueueCounts {
  std::int64_t waiting = 0, waiting_tokens = 0;
  std::int64_t batches = 0, batched_requests = 0, tokens = 0;
  double busy_seconds = 0;
};

class ComputeQueue {
 public:
  /// `model` outlives it; null, where nothing is to be embedded. Its thread works in the session.
  ComputeQueue(const models::Model* model, engine::Session& session, const QueueLimits& limits);
  /// Computes what waits, and ends.
  ~ComputeQueue();

  /// Results of sequences, in their order; each is bitwise what it is alone. Blocks until they are there. Errors:
  /// QueueError; those of engine::Runner, and of a sequence that it refuses.
  std::vector<engine::OutputValues> embed(std::vector<bio::Encoded> sequences, const engine::OutputRequest& request,
                                          Deadline deadline, const std::function<bool()>& gone);
  /// Runs `work` in turn; `tokens`: about how much it is. Errors: QueueError; those of `work`.
  void run(const std::function<void()>& work, std::int64_t tokens, Deadline deadline,
           const std::function<bool()>& gone);

  QueueCounts counts() const;

 private:
  struct Item {
    std::vector<bio::Encoded> sequences;
    std::optional<engine::OutputRequest> request;  // none: work
    std::string key;                               // of what goes together
    std::function<void()> work;
    std::int64_t tokens = 0;
    Deadline deadline;
    Deadline due;  // the order of turns: later the more is asked for
    std::function<bool()> gone;
    std::size_t taken = 0, answered = 0;  // of the sequences
    std::vector<engine::OutputValues> values;
    std::promise<std::vector<engine::OutputValues>> done;
  };
  using ItemPointer = std::shared_ptr<Item>;
  // A sequence of an item.
  struct Piece {
    ItemPointer item;
    std::size_t index = 0;
  };
  class Answers;

  std::vector<engine::OutputValues> enter(ItemPointer item);
  void loop();
  void leave_out_gone();
  std::vector<Piece> take();
  void compute(const std::vector<Piece>& pieces);
  void embed(const std::vector<Piece>& pieces);
  void fail(const std::vector<Piece>& pieces, const std::exception_ptr& error);
  const engine::Runner& runner_of(const Item& item);

  const models::Model* model_;
  engine::Session& session_;
  QueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ItemPointer> waiting_;  // by when they are due
  QueueCounts counts_;
  bool closing_ = false;
  std::map<std::string, std::unique_ptr<engine::Runner>> runners_;  // of the thread alone
  std::thread thread_;
};

}  // namespace groel::tasks
