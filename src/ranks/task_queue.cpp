// Runs tasks one after the other on a thread of its own.
#include "ranks/task_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <new>

#include "base/work.h"

namespace groel::ranks {
namespace {

thread_local bool t_in_task = false;

std::uint64_t number_of(const Bytes& task) { return MessageReader(task).get<std::uint64_t>(); }

}  // namespace

bool in_task() noexcept { return t_in_task; }

TaskQueue::TaskQueue(const RankWorks& works, std::function<void(int kind, Bytes bytes)> answer)
    : works_(works), answer_(std::move(answer)), thread_([this, context = work_context()] {
        const WorkScope scope(context);
        t_in_task = true;
        work();
      }) {}

TaskQueue::~TaskQueue() {
  {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void TaskQueue::add(Bytes task) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(task));
  }
  changed_.notify_all();
}

void TaskQueue::cancel(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](const Bytes& task) { return number_of(task) == number; });
}

void TaskQueue::drain() {
  std::unique_lock lock(mutex_);
  waiting_.clear();
  changed_.wait(lock, [this] { return !busy_; });
}

void TaskQueue::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const Bytes task = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    do_one(task);
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

void TaskQueue::do_one(const Bytes& task) {
  const auto failed = [&](const Error& error) {
    MessageWriter out;
    out.put(number_of(task));
    put_error(out, error);
    answer_(kFailed, out.take());
  };
  try {
    MessageReader from(task);
    const auto number = from.get<std::uint64_t>();
    const auto work = works_.find(from.get_text());
    GROEL_REQUIRE(work != works_.end());
    const BytesView setup = from.get_bytes(), batch = from.get_bytes();
    const auto began = std::chrono::steady_clock::now();
    const Bytes result = work->second(setup, batch);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    answer_(kResult, MessageWriter().put(number).put(seconds).put_bytes(result).take());
  } catch (const Error& error) {
    failed(error);
  } catch (const std::bad_alloc&) {
    failed(Error(ErrorKind::memory, {"out of memory", {}, "lower `max_tokens`, or start fewer ranks on a machine"}));
  } catch (const std::exception& error) {
    failed(Error(ErrorKind::internal, {error.what(), {}, "this is a defect of GroEL; please report it"}));
  }
}

}  // namespace groel::ranks
