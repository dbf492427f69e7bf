// The hash of a file that is still being written, by a thread that reads it as it grows.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "base/sha256.h"

namespace groel::hub {

/// Hashing takes longer than receiving and writing do; beside them it costs no time, and what it reads is in memory.
class HashFollower {
 public:
  /// An open file, and its name for messages.
  HashFollower(int descriptor, std::string name);
  /// Gives up.
  ~HashFollower();
  HashFollower(const HashFollower&) = delete;
  HashFollower& operator=(const HashFollower&) = delete;

  /// The file's first `size` bytes are final.
  void follow(std::uint64_t size);
  /// The SHA-256 of what it was told to follow; call once. Errors: io; interrupted, as it can take a while.
  std::string hash();

 private:
  void work();
  void read(std::uint64_t end);
  std::uint64_t wait_for_more();

  int descriptor_;
  std::string name_;
  Sha256 hash_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t size_ = 0, done_ = 0;
  bool stop_ = false;
  std::exception_ptr failed_;
  std::thread thread_;
};

}  // namespace groel::hub
