// What a rank has been given to do: one thing after the other, on a thread of its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "ranks/bytes.h"

namespace groel::ranks {

/// A kind of work: what it needs to know, and a batch of it -> what comes of that. The same on every rank.
using RankWork = std::function<Bytes(BytesView setup, BytesView batch)>;
using RankWorks = std::map<std::string, RankWork, std::less<>>;

/// What ranks send each other; tasks and cancellations go to workers, the rest to the leader.
enum RankTalk : int {
  kHello,      ///< RankFacts
  kEverybody,  ///< RankFacts of all, to each
  kTask,       ///< RankTask
  kCancel,     ///< a task's number: it is not wanted any more
  kResult,     ///< number, seconds, what came of it
  kFailed,     ///< number, error
  kEnd,        ///< no more tasks
};

struct RankTask {
  std::uint64_t number = 0;
  std::string work;
  Bytes setup, batch;

  Bytes bytes() const { return MessageWriter().put(number).put_text(work).put_bytes(setup).put_bytes(batch).take(); }
};

/// Whether this thread is doing a task.
bool in_task() noexcept;

class TaskQueue {
 public:
  /// `answer` gets kResult or kFailed and their bytes, on the queue's thread, which works as this one does
  /// (base/work.h).
  TaskQueue(const RankWorks& works, std::function<void(int kind, Bytes bytes)> answer);
  /// As `drain`.
  ~TaskQueue();
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  /// The bytes of a RankTask.
  void add(Bytes task);
  /// Leaves a task out that has not begun.
  void cancel(std::uint64_t number);
  /// Leaves out all that has not begun, and waits for what has.
  void drain();

 private:
  void work();
  void do_one(const Bytes& task);

  const RankWorks& works_;
  std::function<void(int, Bytes)> answer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Bytes> waiting_;
  bool busy_ = false, ending_ = false;
  std::thread thread_;
};

}  // namespace groel::ranks
