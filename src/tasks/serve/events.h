// Server-sent events, made by one thread and sent by another: a client that reads slowly keeps nobody waiting but
// itself.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tasks/serve/compute_queue.h"

namespace groel::tasks {

/// The text of an event, as the protocol has it; `name` empty: a message.
inline std::string event_text(const std::string& data, const std::string& name = {}) {
  return (name.empty() ? std::string() : "event: " + name + "\n") + "data: " + data + "\n\n";
}

inline std::string json_text(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

class Events {
 public:
  /// Errors: QueueError, when the client has gone: no more is to be computed.
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    if (stopped_) throw QueueError(QueueRefusal::gone);
    waiting_.push_back(std::move(text));
    changed_.notify_one();
  }
  /// The same for what is last, if there is anybody to read it.
  void end_with(std::string text) {
    const std::lock_guard lock(mutex_);
    if (!stopped_) waiting_.push_back(std::move(text));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    waiting_.clear();
  }
  /// Waits; none: that was all.
  std::optional<std::string> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return {};
    std::string text = std::move(waiting_.front());
    waiting_.pop_front();
    return text;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  bool closed_ = false, stopped_ = false;
};

}  // namespace groel::tasks
