// Decides what a process is among the ranks, and is it.
#include "tasks/workers/run.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "base/interrupt.h"
#include "base/memory_share.h"
#include "base/threads.h"
#include "engine/ranked_models.h"
#include "ranks/launched.h"
#include "tasks/workers/fold.h"
#include "tasks/workers/generate.h"
#include "tasks/workers/load.h"
#include "tasks/workers/train.h"

namespace groel::tasks {
namespace {

ranks::Mailbox* g_mailbox = nullptr;  // never destroyed: what is left of it ends with the process
bool g_lost = false;                  // a rank gives no sign of life, and would be waited for

ranks::RankWorks all_works(const Options& options) {
  ranks::RankWorks out = engine::engine_works();
  for (ranks::RankWorks more : {load_works(), generation_works(), folding_works(), training_works(options)})
    out.merge(more);
  return out;
}

// Of a default: the cores that this rank may run on, shared with those that may run on the same ones.
std::int64_t fair_threads(const ranks::RankShare& share) {
  return std::max<std::int64_t>(1, available_cores() / share.on_cores);
}

void tell_hosts(const ranks::Crew& crew, Sink& sink) {
  std::set<std::string> hosts;
  for (const ranks::RankFacts& facts : crew.facts()) hosts.insert(facts.host);
  sink.note(fmt::format("{} on {}", counted(static_cast<std::size_t>(crew.size()), "rank"),
                        counted(hosts.size(), "machine")));
}

// What each rank did, in a line; and every shard, into the file that GROEL_RANK_LOG names.
void tell_shares(const ranks::Crew& crew, Sink& sink) {
  std::vector<std::int64_t> shards(static_cast<std::size_t>(crew.size()));
  std::vector<double> seconds(shards.size());
  for (const ranks::ShardCost& cost : crew.costs()) {
    ++shards[static_cast<std::size_t>(cost.rank)];
    seconds[static_cast<std::size_t>(cost.rank)] += cost.computed;
  }
  if (crew.costs().empty()) return sink.warning("there was nothing to share: rank 0 did it all");
  std::vector<std::string> each;
  for (std::size_t rank = 0; rank < shards.size(); ++rank)
    each.push_back(fmt::format("{} in {:.1f} s", shards[rank], seconds[rank]));
  sink.note(fmt::format("shards by rank: {}", fmt::join(each, ", ")));
}

void log_shards(const ranks::Crew& crew) {
  const char* const path = std::getenv("GROEL_RANK_LOG");
  if (path == nullptr || *path == '\0') return;
  std::ofstream file(path);
  file << "shard,rank,bytes_sent,bytes_came,seconds_made,seconds_computed,seconds_taken\n";
  std::size_t shard = 0;
  for (const ranks::ShardCost& cost : crew.costs())
    file << fmt::format("{},{},{},{},{:.6f},{:.6f},{:.6f}\n", shard++, cost.rank, cost.sent, cost.came, cost.made,
                        cost.computed, cost.taken);
  if (!file.flush()) throw Error(ErrorKind::io, {"the file cannot be written", path, {}});
}

// Whatever ends it: who is lost is not waited for.
int run_with(const ranks::Crew& crew, const Task& task, const Options& given, Context& context) try {
  const int status = run_task(task, given, context);
  g_lost = !crew.lost().empty();
  return status;
} catch (...) {
  g_lost = !crew.lost().empty();
  throw;
}

// `options`: given ones, and what a file says that they name.
int lead(const Task& task, const Options& given, const Options& options, Context& context) {
  const std::int64_t asked = threads_of(task, options);
  engine::Session session({.threads = asked, .sink = &context.sink});
  const engine::Session::Scope scope(session);
  ranks::Crew crew(*g_mailbox, all_works(options), context.sink);
  crew.meet();
  tell_hosts(crew, context.sink);
  const ranks::RankShare share = ranks::share_of(0, crew.facts());
  share_memory(share.on_host);
  if (asked == 0) session.threads().set_threads(fair_threads(share));
  context.session = &session;
  int status = run_with(crew, task, given, context);
  tell_shares(crew, context.sink);
  log_shards(crew);
  if (g_lost) {
    status = std::max(status, 1);
    context.sink.warning(
        fmt::format("all is done, though without {}: the exit status is {}", fmt::join(crew.lost(), ", "), status));
  }
  return status;
}

int follow(const Task& task, const Options& given) try {
  const ranks::RankShare share = ranks::share_of(g_mailbox->rank(), ranks::meet_leader(*g_mailbox));
  share_memory(share.on_host);
  const std::int64_t asked = threads_of(task, given);
  engine::Session session({.threads = asked != 0 ? asked : fair_threads(share)});
  const engine::Session::Scope scope(session);
  const ranks::RankWorks works = all_works(given);
  ranks::serve_leader(*g_mailbox, works, [&] { session.cancel(); });
  return 0;
} catch (const Error& error) {
  if (error.kind() != ErrorKind::interrupted) throw;
  // The launcher ends all ranks: the first one says why.
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  return exit_code(error.kind());
}

// What all copies have to say is said once: the others leave a little later, as a launcher stops all when one fails.
int say_once(const ranks::Launch& launch, const Error& error) {
  if (launch.copy == 0) throw error;
  std::this_thread::sleep_for(std::chrono::seconds(1));
  return exit_code(error.kind());
}

Error not_shared(const Task& task, const ranks::Launch& launch) {
  return Error(ErrorKind::usage,
               {fmt::format("{} started {} copies of `groel {}`, whose work is not shared in this form: all would do "
                            "the same, and write the same output",
                            launch.launcher, launch.copies, task.name),
                {},
                "start one copy; GROEL_MPI=off in the environment lets each copy work for itself, with outputs of its "
                "own"});
}

}  // namespace

int run_on_ranks(const Task& task, const Options& given, Context& context) {
  const ranks::Launch launch = ranks::launched();
  if (launch.copies <= 1) return run_task(task, given, context);
  Options options = given;
  try {
    if (task.complete != nullptr) options = task.complete(given);
    if (task.shared == nullptr || !task.shared(options)) throw not_shared(task, launch);
    g_mailbox = ranks::join_ranks(launch).release();
    if (g_mailbox->rank() != 0) return follow(task, options);
  } catch (const Error& error) {
    if (g_mailbox != nullptr) throw;
    return say_once(launch, error);
  }
  return lead(task, given, options, context);
}

bool leave_ranks(int status) {
  if (g_mailbox == nullptr) return true;
  // Others may be gone, and would be waited for; the launcher ends all.
  if (status == exit_code(ErrorKind::interrupted)) return false;
  if (g_lost) g_mailbox->end_all(status);
  g_mailbox->finish();
  return true;
}

}  // namespace groel::tasks
