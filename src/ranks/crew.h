// The first rank of several: gives work to all of them, itself too, and takes what comes of it in the work's order.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "base/progress.h"
#include "ranks/facts.h"
#include "ranks/mailbox.h"
#include "ranks/task_queue.h"

namespace groel::ranks {

/// What a shard of work took.
struct ShardCost {
  int rank = 0;          ///< whose result was taken
  std::size_t sent = 0;  ///< bytes of the shard
  std::size_t came = 0;  ///< bytes of its result
  double computed = 0;   ///< seconds of that rank
  double taken = 0;      ///< seconds of the leader, to keep the result
  double made = 0;       ///< seconds of the leader, to put the shard together
};

class Crew {
 public:
  /// The leader's; what it is given outlives it.
  Crew(Mailbox& mailbox, RankWorks works, Sink& sink);
  /// As `end`.
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Of this process, where it leads several ranks; null elsewhere, and where a task is done for one.
  static Crew* current() noexcept;

  /// Before anything else: waits for the facts of all ranks. Errors: usage, where one computes otherwise than this one
  /// (its instruction sets, another version).
  void meet();

  int size() const { return static_cast<int>(facts_.size()); }
  const std::vector<RankFacts>& facts() const { return facts_; }

  /// Every other rank does this once, in its place among what it is given; `check` gets what came of it, on this
  /// thread, within `run`.
  void tell(const std::string& work, Bytes setup, std::function<void(BytesView result)> check);

  struct Shared {
    std::string work;
    Bytes setup;
    /// The next shard; none: there is none now. It is asked again after something was taken.
    std::function<std::optional<Bytes>()> next;
    /// What came of a shard; in the order in which `next` gave them.
    std::function<void(BytesView result)> take;
  };
  /// Until nothing is left. Ranks that have nothing to do take over what others have not begun; what a rank had that
  /// gives no sign of life is done by others, which is told. Errors: of the functions; of work on another rank, with
  /// its name; interrupted.
  void run(const Shared& shared);

  /// Of all runs so far.
  const std::vector<ShardCost>& costs() const { return costs_; }
  /// Ranks that gave no sign of life any more, by name.
  std::vector<std::string> lost() const;
  /// Tells the others that nothing more comes. After it, nothing is given.
  void end();

 private:
  struct Shard {
    RankTask task;
    std::vector<int> holders;  // the last is who got it last
    std::optional<Bytes> result;
    std::chrono::steady_clock::time_point given{};
    ShardCost cost{};
  };
  struct Member {
    std::vector<std::uint64_t> has;  // shards that it was given, in their order
    bool lost = false;
  };
  struct Told {
    std::function<void(BytesView)> check;
    int missing = 0;  // answers
  };
  class Running;

  void send(int rank, const RankTask& task);
  void cancel(int rank, std::uint64_t number);
  void checked(int rank, std::uint64_t number, BytesView result);
  std::string name_of(int rank) const { return rank_name(rank, facts_[static_cast<std::size_t>(rank)]); }
  [[noreturn]] void tell_gone(const Error& interrupted) const;

  Mailbox& mailbox_;
  RankWorks works_;
  Sink& sink_;
  std::chrono::duration<double> patience_;
  std::vector<RankFacts> facts_;
  std::vector<Member> members_;
  std::map<std::uint64_t, Told> told_;  // by the task's number
  std::vector<ShardCost> costs_;
  std::uint64_t next_number_ = 1;  // that a task gets
  bool ended_ = false;
  TaskQueue own_;
};

/// The life of every other rank: does what it is given until the end. `cancel` is called at the end, for what is still
/// being computed. Errors: interrupted, by a signal.
void serve_leader(Mailbox& mailbox, const RankWorks& works, const std::function<void()>& cancel);

/// Of a worker: who it is, to the leader, and who all are, from there.
std::vector<RankFacts> meet_leader(Mailbox& mailbox);

}  // namespace groel::ranks
