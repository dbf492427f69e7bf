// One thread computes for all requests of a server: what they want embedded goes into batches together.
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
  std::int64_t batch_tokens = 16384;      ///< of requests that are taken together
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
  /// `model` outlives it. Its thread works in the session.
  ComputeQueue(const models::Model& model, engine::Session& session, const QueueLimits& limits);
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
    std::function<void()> work;
    std::int64_t tokens = 0;
    Deadline deadline;
    std::function<bool()> gone;
    std::promise<std::vector<engine::OutputValues>> done;
  };
  using ItemPointer = std::unique_ptr<Item>;

  std::vector<engine::OutputValues> enter(ItemPointer item);
  void loop();
  std::vector<ItemPointer> take();
  void compute(std::vector<ItemPointer>& items);
  void embed_together(std::vector<ItemPointer>& items);
  const engine::Runner& runner_of(const engine::OutputRequest& request);

  const models::Model& model_;
  engine::Session& session_;
  QueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ItemPointer> waiting_;
  QueueCounts counts_;
  bool closing_ = false;
  std::map<std::string, std::unique_ptr<engine::Runner>> runners_;  // of the thread alone
  std::thread thread_;
};

}  // namespace groel::tasks
