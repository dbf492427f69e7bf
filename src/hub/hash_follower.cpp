// Reads and hashes what another thread has written so far.
#include "hub/hash_follower.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"

namespace groel::hub {

HashFollower::HashFollower(int descriptor, std::string name)
    : descriptor_(descriptor), name_(std::move(name)), thread_([this] { work(); }) {}

HashFollower::~HashFollower() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void HashFollower::follow(std::uint64_t size) {
  {
    const std::lock_guard lock(mutex_);
    size_ = size;
  }
  changed_.notify_all();
}

std::string HashFollower::hash() {
  std::unique_lock lock(mutex_);
  while (done_ < size_ && !failed_) {
    changed_.wait_for(lock, std::chrono::milliseconds(50));
    check_interrupted();
  }
  if (failed_) std::rethrow_exception(failed_);
  return hash_.finish();
}

void HashFollower::work() {
  try {
    while (const std::uint64_t end = wait_for_more()) read(end);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failed_ = std::current_exception();
  }
  changed_.notify_all();
}

// -> up to where; 0: no further.
std::uint64_t HashFollower::wait_for_more() {
  std::unique_lock lock(mutex_);
  if (done_ == size_) changed_.notify_all();
  changed_.wait(lock, [&] { return stop_ || size_ > done_; });
  return stop_ ? 0 : size_;
}

void HashFollower::read(std::uint64_t end) {
  constexpr std::uint64_t kPiece = std::uint64_t{256} << 10;  // stays in the processor's cache
  std::vector<char> piece(kPiece);
  for (std::uint64_t at = done_; at < end;) {
    const ssize_t count = ::pread(descriptor_, piece.data(), std::min(kPiece, end - at), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw_errno(name_, "read the file", count < 0 ? errno : EIO);
    hash_.update({piece.data(), static_cast<std::size_t>(count)});
    at += static_cast<std::uint64_t>(count);
    const std::lock_guard lock(mutex_);
    done_ = at;
    if (stop_) return;
  }
}

}  // namespace groel::hub
