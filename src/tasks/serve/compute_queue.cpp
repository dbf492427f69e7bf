// The queue and its thread.
#include "tasks/serve/compute_queue.h"

#include <algorithm>

#include "base/error.h"

namespace groel::tasks {
namespace {

std::string key_of(const engine::OutputRequest& request) {
  std::string key = request.ends ? "ends" : "";
  for (const int layer : request.layers) key += fmt::format(" {}", layer);
  for (const engine::Output output : request.outputs) key += fmt::format(" o{}", static_cast<int>(output));
  return key;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

ComputeQueue::ComputeQueue(const models::Model& model, engine::Session& session, const QueueLimits& limits)
    : model_(model), session_(session), limits_(limits), thread_([this] { loop(); }) {}

ComputeQueue::~ComputeQueue() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::vector<engine::OutputValues> ComputeQueue::embed(std::vector<bio::Encoded> sequences,
                                                      const engine::OutputRequest& request, Deadline deadline,
                                                      const std::function<bool()>& gone) {
  auto item = std::make_unique<Item>();
  for (const bio::Encoded& one : sequences) item->tokens += one.tokens();
  item->sequences = std::move(sequences);
  item->request = request;
  item->deadline = deadline;
  item->gone = gone;
  return enter(std::move(item));
}

void ComputeQueue::run(const std::function<void()>& work, std::int64_t tokens, Deadline deadline,
                       const std::function<bool()>& gone) {
  auto item = std::make_unique<Item>();
  item->work = work;
  item->tokens = tokens;
  item->deadline = deadline;
  item->gone = gone;
  enter(std::move(item));
}

std::vector<engine::OutputValues> ComputeQueue::enter(ItemPointer item) {
  std::future<std::vector<engine::OutputValues>> done = item->done.get_future();
  {
    const std::lock_guard lock(mutex_);
    if (closing_) throw QueueError(QueueRefusal::closing);
    // One that is larger than the limit is taken where nothing else waits.
    if (counts_.waiting > 0 && counts_.waiting_tokens + item->tokens > limits_.waiting_tokens)
      throw QueueError(QueueRefusal::full);
    ++counts_.waiting;
    counts_.waiting_tokens += item->tokens;
    waiting_.push_back(std::move(item));
  }
  changed_.notify_all();
  return done.get();
}

void ComputeQueue::loop() {
  const engine::Session::Scope scope(session_);
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
    }
    std::vector<ItemPointer> items = take();
    if (!items.empty()) compute(items);
  }
}

// The first that waits, and those after it that can go with it. Those that nobody waits for any more are left out.
std::vector<ComputeQueue::ItemPointer> ComputeQueue::take() {
  const std::lock_guard lock(mutex_);
  std::vector<ItemPointer> out;
  std::int64_t tokens = 0;
  const auto now = std::chrono::steady_clock::now();
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    Item& item = **at;
    const bool late = now > item.deadline, gone = !late && item.gone && item.gone();
    const bool fits =
        out.empty() || (out.front()->request && item.request && tokens + item.tokens <= limits_.batch_tokens &&
                        key_of(*out.front()->request) == key_of(*item.request));
    if (!late && !gone && !fits) {
      ++at;
      continue;
    }
    --counts_.waiting;
    counts_.waiting_tokens -= item.tokens;
    if (late || gone) {
      item.done.set_exception(std::make_exception_ptr(QueueError(late ? QueueRefusal::too_late : QueueRefusal::gone)));
    } else {
      tokens += item.tokens;
      out.push_back(std::move(*at));
    }
    at = waiting_.erase(at);
    if (!out.empty() && !out.front()->request) break;  // work is done alone
  }
  return out;
}

void ComputeQueue::compute(std::vector<ItemPointer>& items) {
  const auto start = std::chrono::steady_clock::now();
  try {
    if (items.front()->request) {
      embed_together(items);
    } else {
      items.front()->work();
      items.front()->done.set_value({});
    }
  } catch (...) {
    for (ItemPointer& item : items) item->done.set_exception(std::current_exception());
  }
  const std::lock_guard lock(mutex_);
  ++counts_.batches;
  counts_.batched_requests += static_cast<std::int64_t>(items.size());
  for (const ItemPointer& item : items) counts_.tokens += item->tokens;
  counts_.busy_seconds += seconds_since(start);
}

void ComputeQueue::embed_together(std::vector<ItemPointer>& items) {
  const engine::Runner& runner = runner_of(*items.front()->request);
  std::vector<bio::Encoded> all;
  for (const ItemPointer& item : items) all.insert(all.end(), item->sequences.begin(), item->sequences.end());
  Sink nobody;
  std::vector<engine::OutputValues> values = engine::run_all(runner, engine::jobs_of(all), nobody);
  auto at = values.begin();
  for (ItemPointer& item : items) {
    const auto end = at + static_cast<std::ptrdiff_t>(item->sequences.size());
    item->done.set_value({std::make_move_iterator(at), std::make_move_iterator(end)});
    at = end;
  }
}

const engine::Runner& ComputeQueue::runner_of(const engine::OutputRequest& request) {
  std::unique_ptr<engine::Runner>& runner = runners_[key_of(request)];
  if (runner == nullptr)
    runner = std::make_unique<engine::Runner>(model_, request,
                                              engine::RunnerOptions{.plan = {.memory = session_.memory_limit()}});
  return *runner;
}

QueueCounts ComputeQueue::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace groel::tasks
