// Gives out shards, takes results in order, takes over what others have not begun, and goes on without silent ranks.
#include "ranks/crew.h"

#include <fmt/ranges.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/interrupt.h"
#include "base/words.h"

namespace groel::ranks {
namespace {

using Clock = std::chrono::steady_clock;

Crew* g_current = nullptr;

constexpr std::size_t kAhead = 2;        // shards that a rank has at a time: it never waits for the next
constexpr std::size_t kOpenPerRank = 4;  // given and not taken yet
constexpr double kSlow = 4;              // times the usual time, after which another rank tries, too
constexpr std::chrono::milliseconds kLook{20};

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// GROEL_RANK_PATIENCE: seconds without a sign of life.
std::chrono::duration<double> patience_of_user() {
  const char* const text = std::getenv("GROEL_RANK_PATIENCE");
  const double seconds = text == nullptr ? 0 : std::atof(text);
  return std::chrono::duration<double>(seconds > 0 ? seconds : 60);
}

}  // namespace

Crew* Crew::current() noexcept { return in_task() ? nullptr : g_current; }

Crew::Crew(Mailbox& mailbox, RankWorks works, Sink& sink)
    : mailbox_(mailbox),
      works_(std::move(works)),
      sink_(sink),
      patience_(patience_of_user()),
      members_(static_cast<std::size_t>(mailbox.size())),
      own_(works_, [&mailbox](int kind, Bytes bytes) { mailbox.send(0, kind, std::move(bytes)); }) {
  g_current = this;
}

Crew::~Crew() {
  g_current = nullptr;
  end();
}

void Crew::meet() {
  std::vector<std::optional<RankFacts>> known(members_.size());
  known[0] = RankFacts::here();
  for (std::size_t missing = members_.size() - 1; missing > 0;) {
    const auto message = mailbox_.receive(kLook);
    check_interrupted();
    if (!message || message->kind != kHello) continue;
    known[static_cast<std::size_t>(message->from)] = RankFacts::of(message->bytes);
    --missing;
  }
  MessageWriter all;
  for (auto& facts : known) {
    all.put_bytes(facts->bytes());
    facts_.push_back(std::move(*facts));
  }
  const Bytes bytes = all.take();
  for (int rank = 1; rank < size(); ++rank) mailbox_.send(rank, kEverybody, bytes);
  for (int rank = 1; rank < size(); ++rank) {
    const RankFacts& other = facts_[static_cast<std::size_t>(rank)];
    if (other.version != facts_[0].version)
      throw Error(ErrorKind::usage,
                  {fmt::format("version {} of GroEL, where {} has {}", other.version, name_of(0), facts_[0].version),
                   name_of(rank), "start the same program everywhere"});
    if (other.isa != facts_[0].isa)
      throw Error(ErrorKind::usage,
                  {fmt::format("it computes with {}, where {} does with {}: their numbers differ in the last digits",
                               other.isa, name_of(0), facts_[0].isa),
                   name_of(rank), "set GROEL_ISA to what all of the machines have, for all ranks"});
  }
}

void Crew::send(int rank, const RankTask& task) {
  if (rank == 0)
    own_.add(task.bytes());
  else
    mailbox_.send(rank, kTask, task.bytes());
}

void Crew::cancel(int rank, std::uint64_t number) {
  if (rank == 0)
    own_.cancel(number);
  else if (!members_[static_cast<std::size_t>(rank)].lost)
    mailbox_.send(rank, kCancel, MessageWriter().put(number).take());
}

void Crew::tell(const std::string& work, Bytes setup, std::function<void(BytesView result)> check) {
  const RankTask task{next_number_++, work, std::move(setup), {}};
  told_.emplace(task.number, Told{std::move(check), size() - 1});
  for (int rank = 1; rank < size(); ++rank)
    if (!members_[static_cast<std::size_t>(rank)].lost) send(rank, task);
}

std::vector<std::string> Crew::lost() const {
  std::vector<std::string> out;
  for (int rank = 1; rank < size(); ++rank)
    if (members_[static_cast<std::size_t>(rank)].lost) out.push_back(name_of(rank));
  return out;
}

void Crew::end() {
  if (std::exchange(ended_, true)) return;
  own_.drain();
  for (int rank = 1; rank < size(); ++rank) mailbox_.send(rank, kEnd, {});
}

// The launcher stops all ranks when one of them dies: which one is known of those on this machine.
void Crew::tell_gone(const Error& interrupted) const {
  std::vector<std::string> gone;
  for (int rank = 1; rank < size(); ++rank) {
    const RankFacts& other = facts_[static_cast<std::size_t>(rank)];
    if (other.host == facts_[0].host && ::kill(static_cast<pid_t>(other.process), 0) != 0 && errno == ESRCH)
      gone.push_back(name_of(rank));
  }
  if (gone.empty()) throw interrupted;
  Error::Parts parts = interrupted.parts();
  parts.what = fmt::format("{}: {} ended", parts.what, fmt::join(gone, ", "));
  throw Error(interrupted.kind(), parts);
}

// One run: shards by number, the first of which is the next to be taken.
class Crew::Running {
 public:
  Running(Crew& crew, const Shared& shared) : crew_(crew), shared_(shared) {}
  // What is still being computed here is of the run's objects; elsewhere it is not wanted any more.
  ~Running() {
    for (const auto& [number, shard] : shards_)
      for (const int rank : shard.holders)
        if (rank != 0) crew_.cancel(rank, number);
    crew_.own_.drain();
    for (Member& member : crew_.members_) member.has.clear();
  }

  void go() {
    while (true) {
      while (give_next()) {
      }
      take_over();
      if (shards_.empty() && !more_) return;
      if (auto message = crew_.mailbox_.receive(kLook)) handle(*message);
      take_ready();
      look_for_silent();
      check_interrupted();
    }
  }

 private:
  std::vector<std::uint64_t>& had_by(int rank) { return crew_.members_[static_cast<std::size_t>(rank)].has; }
  bool is_lost(int rank) const { return crew_.members_[static_cast<std::size_t>(rank)].lost; }

  // Who has least to do; none where all have enough.
  std::optional<int> free_rank() {
    std::optional<int> out;
    for (int rank = 0; rank < crew_.size(); ++rank)
      if (!is_lost(rank) && had_by(rank).size() < kAhead && (!out || had_by(rank).size() < had_by(*out).size()))
        out = rank;
    return out;
  }

  bool give_next() {
    const auto rank = free_rank();
    if (!rank) return false;
    if (!orphans_.empty()) {
      const std::uint64_t number = orphans_.front();
      orphans_.erase(orphans_.begin());
      if (const auto shard = shards_.find(number); shard != shards_.end() && !shard->second.result)
        give(*rank, shard->second);
      return true;
    }
    if (!more_ || shards_.size() >= kOpenPerRank * static_cast<std::size_t>(crew_.size())) return false;
    const auto began = Clock::now();
    std::optional<Bytes> batch = shared_.next();
    more_ = batch.has_value();
    if (!more_) return false;
    Shard shard;
    shard.task = {crew_.next_number_++, shared_.work, shared_.setup, std::move(*batch)};
    shard.cost.made = seconds_since(began);
    shard.cost.sent = shard.task.batch.size();
    const std::uint64_t number = shard.task.number;
    give(*rank, shards_.emplace(number, std::move(shard)).first->second);
    return true;
  }

  void give(int rank, Shard& shard) {
    shard.holders.push_back(rank);
    shard.given = Clock::now();
    had_by(rank).push_back(shard.task.number);
    crew_.send(rank, shard.task);
  }

  // A rank without work gets what another has not begun; or what takes another much longer than is usual.
  void take_over() {
    for (int rank = 0; rank < crew_.size(); ++rank) {
      if (is_lost(rank) || !had_by(rank).empty()) continue;
      if (const auto from = who_has_most(rank)) {
        Shard& found = shards_.at(had_by(*from).back());
        had_by(*from).pop_back();
        std::erase(found.holders, *from);
        crew_.cancel(*from, found.task.number);
        give(rank, found);
      } else if (Shard* const slow = slow_elsewhere(rank); slow != nullptr) {
        give(rank, *slow);
      }
    }
  }

  // More than what it is at, and the last of it is still wanted; none: nobody.
  std::optional<int> who_has_most(int rank) {
    int most = rank;
    for (int other = 0; other < crew_.size(); ++other)
      if (!is_lost(other) && had_by(other).size() > std::max<std::size_t>(1, had_by(most).size())) most = other;
    if (most == rank || shards_.at(had_by(most).back()).result) return {};
    return most;
  }

  Shard* slow_elsewhere(int rank) {
    if (crew_.costs_.empty()) return nullptr;
    const double usual = computed_ / static_cast<double>(std::max<std::size_t>(1, counted_));
    for (auto& [number, shard] : shards_)
      if (!shard.result && shard.holders.size() == 1 && shard.holders.front() != rank &&
          seconds_since(shard.given) > std::max(1.0, kSlow * static_cast<double>(kAhead) * usual))
        return &shard;
    return nullptr;
  }

  void handle(const RankMessage& message) {
    if (message.kind != kResult && message.kind != kFailed) return;
    MessageReader from(message.bytes);
    const auto number = from.get<std::uint64_t>();
    const auto shard = shards_.find(number);
    const bool told = crew_.told_.contains(number);
    if (message.kind == kFailed) {
      const Error error = get_error(from);
      if (shard == shards_.end() && !told) return;  // of a run before this one
      throw message.from == 0 ? error : error.at(crew_.name_of(message.from));
    }
    const auto seconds = from.get<double>();
    const BytesView bytes = from.get_bytes();
    if (told) return crew_.checked(message.from, number, bytes);
    std::erase(had_by(message.from), number);
    if (shard == shards_.end() || shard->second.result) return;
    shard->second.result.emplace(bytes.begin(), bytes.end());
    shard->second.cost.rank = message.from;
    shard->second.cost.computed = seconds;
    shard->second.cost.came = bytes.size();
    computed_ += seconds;
    ++counted_;
    for (const int rank : shard->second.holders)  // who tried as well
      if (rank != message.from) crew_.cancel(rank, number);
  }

  void take_ready() {
    while (!shards_.empty() && shards_.begin()->second.result) {
      const auto first = shards_.begin();
      const auto began = Clock::now();
      shared_.take(*first->second.result);
      first->second.cost.taken = seconds_since(began);
      crew_.costs_.push_back(first->second.cost);
      // Who computes it nevertheless has one thing more to do than is known: no more than a moment's work too much.
      for (Member& member : crew_.members_) std::erase(member.has, first->first);
      shards_.erase(first);
      more_ = true;
    }
  }

  void look_for_silent() {
    for (int rank = 1; rank < crew_.size(); ++rank) {
      Member& member = crew_.members_[static_cast<std::size_t>(rank)];
      if (member.lost || crew_.mailbox_.silence(rank) < crew_.patience_) continue;
      member.lost = true;
      crew_.sink_.warning(
          fmt::format("{} has given no sign of life for {:.0f} s: the others go on without it, and do what it had ({})",
                      crew_.name_of(rank), crew_.patience_.count(), counted(member.has.size(), "shard")));
      for (const std::uint64_t number : std::exchange(member.has, {})) {
        const auto shard = shards_.find(number);
        if (shard == shards_.end()) continue;
        std::erase(shard->second.holders, rank);
        if (!shard->second.result && shard->second.holders.empty()) orphans_.push_back(number);
      }
    }
  }

  Crew& crew_;
  const Shared& shared_;
  std::map<std::uint64_t, Shard> shards_;
  std::vector<std::uint64_t> orphans_;  // of ranks that are lost
  bool more_ = true;
  double computed_ = 0;
  std::size_t counted_ = 0;
};

void Crew::checked(int rank, std::uint64_t number, BytesView result) {
  const auto told = told_.find(number);
  try {
    told->second.check(result);
  } catch (const Error& error) {
    throw error.at(name_of(rank));
  }
  if (--told->second.missing == 0) told_.erase(told);
}

void Crew::run(const Shared& shared) try { Running(*this, shared).go(); } catch (const Error& error) {
  if (error.kind() == ErrorKind::interrupted) tell_gone(error);
  throw;
}

}  // namespace groel::ranks
