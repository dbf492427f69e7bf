// Ranks that are threads of one process, for tests: their mailboxes, one of which can be made silent.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "ranks/crew.h"

namespace groel::testing {

class RankThreads {
 public:
  explicit RankThreads(int size) : boxes_(static_cast<std::size_t>(size)), silent_(boxes_.size()) {
    for (int rank = 0; rank < size; ++rank) mailboxes_.push_back(std::make_unique<One>(*this, rank));
  }

  ranks::Mailbox& operator[](int rank) { return *mailboxes_[static_cast<std::size_t>(rank)]; }

  /// Nothing comes of that rank from now on, and nothing gets there.
  void silence(int rank) {
    const std::lock_guard lock(mutex_);
    silent_[static_cast<std::size_t>(rank)] = true;
  }

 private:
  class One final : public ranks::Mailbox {
   public:
    One(RankThreads& all, int rank) : all_(all), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return static_cast<int>(all_.boxes_.size()); }
    void send(int to, int kind, ranks::Bytes bytes) override {
      const std::lock_guard lock(all_.mutex_);
      const bool stopping = kind == ranks::kEnd;  // so that the test's threads come to their end
      if (!stopping && (all_.is_silent(rank_) || all_.is_silent(to))) return;
      all_.boxes_[static_cast<std::size_t>(to)].push_back({rank_, kind, std::move(bytes)});
      all_.changed_.notify_all();
    }
    std::optional<ranks::RankMessage> receive(std::chrono::milliseconds patience) override {
      std::unique_lock lock(all_.mutex_);
      auto& box = all_.boxes_[static_cast<std::size_t>(rank_)];
      all_.changed_.wait_for(lock, patience, [&] { return !box.empty(); });
      if (box.empty()) return {};
      ranks::RankMessage out = std::move(box.front());
      box.pop_front();
      return out;
    }
    std::chrono::duration<double> silence(int rank) const override {
      const std::lock_guard lock(all_.mutex_);
      return std::chrono::seconds(all_.is_silent(rank) ? 3600 : 0);
    }
    void finish() override {}
    [[noreturn]] void end_all(int) override { throw std::logic_error("no rank of a test ends all"); }

   private:
    RankThreads& all_;
    int rank_;
  };
  bool is_silent(int rank) const { return silent_[static_cast<std::size_t>(rank)]; }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::deque<ranks::RankMessage>> boxes_;
  std::vector<bool> silent_;
  std::vector<std::unique_ptr<One>> mailboxes_;
};

/// All ranks but the first, at their work.
class WorkerThreads {
 public:
  WorkerThreads(RankThreads& ranks, int size, const ranks::RankWorks& works) {
    for (int rank = 1; rank < size; ++rank)
      threads_.emplace_back([&ranks, &works, rank] {
        ranks::meet_leader(ranks[rank]);
        ranks::serve_leader(ranks[rank], works, [] {});
      });
  }
  ~WorkerThreads() {
    for (std::thread& thread : threads_) thread.join();
  }
  WorkerThreads(const WorkerThreads&) = delete;
  WorkerThreads& operator=(const WorkerThreads&) = delete;

 private:
  std::vector<std::thread> threads_;
};

}  // namespace groel::testing
