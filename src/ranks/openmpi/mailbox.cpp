// The part with MPI: a thread of its own makes all of its calls, and sleeps between them, as MPI's own waiting takes a
// whole core.
#define OMPI_SKIP_MPICXX 1  // the C interface alone
#include <mpi.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "ranks/mpi_module.h"

namespace groel::ranks {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPiece = std::size_t{64} << 20;  // of a message: MPI counts in int
constexpr int kAlive = 2000;                           // a sign of life, of no other use
constexpr std::chrono::milliseconds kAliveEvery{1000};
constexpr std::chrono::microseconds kShortest{20}, kLongest{1000};  // between two looks
// What is on its way moves on at each look; where it has not for so long, its rank does not answer.
constexpr std::chrono::milliseconds kMoving{200};

// A message's kind, and whether more of it comes.
int tag_of(int kind, bool more) { return 2 * kind + (more ? 1 : 0); }

struct Sending {
  Bytes bytes;
  std::vector<MPI_Request> pieces;
};

struct Receiving {
  RankMessage message;
  bool more = false;
  MPI_Request request = MPI_REQUEST_NULL;
  bool done = false;
};

class MpiMailbox final : public Mailbox {
 public:
  MpiMailbox() : thread_([this] { work(); }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return size_ > 0 || ended_; });
    if (size_ > 0) return;
    lock.unlock();
    thread_.join();
    throw std::runtime_error("MPI does not begin");
  }
  // Without `finish` the others would wait for this rank for ever.
  ~MpiMailbox() override {
    if (thread_.joinable()) end_all(1);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void send(int to, int kind, Bytes bytes) override {
    {
      const std::lock_guard lock(mutex_);
      if (to == rank_)
        inbox_.push_back({rank_, kind, std::move(bytes)});
      else
        outbox_.push_back({to, {to, kind, std::move(bytes)}});
    }
    changed_.notify_all();
  }

  std::optional<RankMessage> receive(std::chrono::milliseconds patience) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return !inbox_.empty(); });
    if (inbox_.empty()) return {};
    RankMessage out = std::move(inbox_.front());
    inbox_.pop_front();
    return out;
  }

  std::chrono::duration<double> silence(int rank) const override {
    const std::lock_guard lock(mutex_);
    return Clock::now() - heard_[static_cast<std::size_t>(rank)];
  }

  void finish() override {
    {
      const std::lock_guard lock(mutex_);
      finishing_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  [[noreturn]] void end_all(int status) override {
    {
      const std::lock_guard lock(mutex_);
      aborting_ = status;
    }
    changed_.notify_all();
    while (true) std::this_thread::sleep_for(std::chrono::seconds(1));  // until it is done
  }

 private:
  void work() {
    if (!begin()) {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      changed_.notify_all();
      return;
    }
    std::chrono::microseconds pause = kShortest;
    while (true) {
      const bool sent = send_new(), came = receive_new(), done = complete();  // all of them, each time
      const bool any = sent || came || done;
      give_sign();
      if (any) moved_ = Clock::now();
      const bool moving = !(sending_.empty() && receiving_.empty()) && Clock::now() - moved_ < kMoving;
      pause = any ? kShortest : std::min(2 * pause, kLongest);
      std::unique_lock lock(mutex_);
      if (aborting_) MPI_Abort(MPI_COMM_WORLD, *aborting_);
      if (finishing_ && outbox_.empty() && sending_.empty()) break;
      if (!any && !moving) changed_.wait_for(lock, pause, [this] { return !outbox_.empty() || aborting_; });
      if (!any && moving) {
        lock.unlock();
        std::this_thread::yield();
      }
    }
    MPI_Finalize();
  }

  bool begin() {
    // Faults are the program's to handle, and a dump of the stack helps nobody.
    ::setenv("OMPI_MCA_opal_signal", "", 0);
    int provided = 0;
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) return false;
    if (provided < MPI_THREAD_FUNNELED) return false;
    int rank = 0, size = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const std::lock_guard lock(mutex_);
    rank_ = rank;
    heard_.assign(static_cast<std::size_t>(size), Clock::now());
    size_ = size;
    changed_.notify_all();
    return true;
  }

  bool send_new() {
    std::deque<std::pair<int, RankMessage>> fresh;
    {
      const std::lock_guard lock(mutex_);
      fresh.swap(outbox_);
    }
    for (auto& [to, message] : fresh) {
      if (to == 0) last_sign_ = Clock::now();
      Sending& one = sending_.emplace_back(Sending{std::move(message.bytes), {}});
      std::size_t at = 0;
      do {
        const std::size_t length = std::min(kPiece, one.bytes.size() - at);
        const bool more = at + length < one.bytes.size();
        MPI_Isend(one.bytes.data() + at, static_cast<int>(length), MPI_BYTE, to, tag_of(message.kind, more),
                  MPI_COMM_WORLD, &one.pieces.emplace_back(MPI_REQUEST_NULL));
        at += length;
      } while (at < one.bytes.size());
    }
    return !fresh.empty();
  }

  bool receive_new() {
    bool any = false;
    for (int flag = 1; flag != 0;) {
      MPI_Message matched = MPI_MESSAGE_NULL;
      MPI_Status status;
      MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &flag, &matched, &status);
      if (flag == 0) break;
      any = true;
      int length = 0;
      MPI_Get_count(&status, MPI_BYTE, &length);
      Receiving& one = receiving_.emplace_back();
      one.message = {status.MPI_SOURCE, status.MPI_TAG / 2, Bytes(static_cast<std::size_t>(length))};
      one.more = status.MPI_TAG % 2 == 1;
      MPI_Imrecv(one.message.bytes.data(), length, MPI_BYTE, &matched, &one.request);
    }
    return any;
  }

  // What has been sent is forgotten; what has been received is handed on, of one rank in its order.
  bool complete() {
    const std::size_t before = sending_.size() + receiving_.size();
    sending_.remove_if([](Sending& one) {
      int flag = 0;
      MPI_Testall(static_cast<int>(one.pieces.size()), one.pieces.data(), &flag, MPI_STATUSES_IGNORE);
      return flag != 0;
    });
    std::vector<char> waits(static_cast<std::size_t>(size_), 0);
    for (auto one = receiving_.begin(); one != receiving_.end();) {
      int flag = 1;
      if (!one->done) MPI_Test(&one->request, &flag, MPI_STATUS_IGNORE);
      one->done = flag != 0;
      char& waiting = waits[static_cast<std::size_t>(one->message.from)];
      if (!one->done || waiting != 0) {
        waiting = 1;
        ++one;
        continue;
      }
      arrived(std::move(*one));
      one = receiving_.erase(one);
    }
    return sending_.size() + receiving_.size() != before;
  }

  void arrived(Receiving one) {
    const auto from = static_cast<std::size_t>(one.message.from);
    Bytes& begun = begun_[one.message.from];
    if (one.more || !begun.empty()) {
      begun.insert(begun.end(), one.message.bytes.begin(), one.message.bytes.end());
      if (one.more) return;
      one.message.bytes = std::exchange(begun, {});
    }
    const std::lock_guard lock(mutex_);
    heard_[from] = Clock::now();
    if (one.message.kind == kAlive) return;
    inbox_.push_back(std::move(one.message));
    changed_.notify_all();
  }

  void give_sign() {
    if (rank_ == 0 || Clock::now() - last_sign_ < kAliveEvery) return;
    const std::lock_guard lock(mutex_);
    outbox_.push_back({0, {0, kAlive, {}}});
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<RankMessage> inbox_;
  std::deque<std::pair<int, RankMessage>> outbox_;
  std::vector<Clock::time_point> heard_;
  int rank_ = 0, size_ = 0;
  bool finishing_ = false, ended_ = false;
  std::optional<int> aborting_;
  // Of the thread alone.
  std::list<Sending> sending_;
  std::list<Receiving> receiving_;
  std::map<int, Bytes> begun_;  // messages of which pieces are missing, by rank
  Clock::time_point last_sign_{}, moved_{};
  std::thread thread_;
};

std::unique_ptr<Mailbox> begin() { return std::make_unique<MpiMailbox>(); }

}  // namespace

extern "C" __attribute__((visibility("default"))) const MpiModule* groel_mpi_module() {
  static constexpr MpiModule module{kMpiModule, begin};
  return &module;
}

}  // namespace groel::ranks
