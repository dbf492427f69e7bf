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

// Who asks for little does not wait for long behind those who ask for much; and these wait for a bounded time behind
// whoever comes later.
Deadline due_of(std::int64_t tokens) {
  constexpr std::chrono::microseconds kOfToken{50}, kMost{2'000'000};
  return std::chrono::steady_clock::now() + std::min(kMost, kOfToken * tokens);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

ComputeQueue::ComputeQueue(const models::Model* model, engine::Session& session, const QueueLimits& limits)
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
  if (sequences.empty()) return {};
  auto item = std::make_shared<Item>();
  for (const bio::Encoded& one : sequences) item->tokens += one.tokens();
  item->values.resize(sequences.size());
  item->sequences = std::move(sequences);
  item->request = request;
  item->key = key_of(request);
  item->deadline = deadline;
  item->gone = gone;
  return enter(std::move(item));
}

void ComputeQueue::run(const std::function<void()>& work, std::int64_t tokens, Deadline deadline,
                       const std::function<bool()>& gone) {
  auto item = std::make_shared<Item>();
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
    if (!waiting_.empty() && counts_.waiting_tokens + item->tokens > limits_.waiting_tokens)
      throw QueueError(QueueRefusal::full);
    ++counts_.waiting;
    counts_.waiting_tokens += item->tokens;
    item->due = due_of(item->tokens);
    const auto later = [](const Deadline& due, const ItemPointer& other) { return due < other->due; };
    waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), item->due, later), std::move(item));
  }
  changed_.notify_all();
  return done.get();
}

void ComputeQueue::loop() {
  const engine::Session::Scope scope(session_);
  WorkContext whole = work_context();  // what has begun is computed, whoever ends the session
  whole.cancel = nullptr;
  const WorkScope uncancelled(whole);
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
    }
    const std::vector<Piece> pieces = take();
    if (!pieces.empty()) compute(pieces);
  }
}

// Those that nobody waits for any more. With the queue locked.
void ComputeQueue::leave_out_gone() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(waiting_, [&](const ItemPointer& item) {
    const bool late = item->taken == 0 && now > item->deadline, gone = !late && item->gone && item->gone();
    if (!late && !gone) return false;
    if (item->taken == 0) --counts_.waiting;
    for (std::size_t i = item->taken; i < item->sequences.size(); ++i)
      counts_.waiting_tokens -= item->sequences[i].tokens();
    if (!item->request) counts_.waiting_tokens -= item->tokens;
    item->done.set_exception(std::make_exception_ptr(QueueError(late ? QueueRefusal::too_late : QueueRefusal::gone)));
    return true;
  });
}

// Work alone; or a sequence of the first that is due, one of each that goes with it, and so on until the batch is full.
std::vector<ComputeQueue::Piece> ComputeQueue::take() {
  const std::lock_guard lock(mutex_);
  leave_out_gone();
  std::vector<Piece> out;
  if (waiting_.empty()) return out;
  const ItemPointer first = waiting_.front();
  const auto begin = [&](const Item& item) {
    --counts_.waiting;
    ++counts_.batched_requests;
    if (!item.request) counts_.waiting_tokens -= item.tokens;
  };
  if (!first->request) {
    begin(*first);
    waiting_.pop_front();
    return {{first, 0}};
  }
  std::int64_t tokens = 0;
  for (bool more = true; more;) {
    more = false;
    for (const ItemPointer& item : waiting_) {
      if (!item->request || item->key != first->key || item->taken == item->sequences.size()) continue;
      const std::int64_t next = item->sequences[item->taken].tokens();
      if (!out.empty() && tokens + next > limits_.batch_tokens) continue;
      if (item->taken == 0) begin(*item);
      tokens += next;
      counts_.waiting_tokens -= next;
      out.push_back({item, item->taken++});
      more = true;
    }
  }
  std::erase_if(waiting_,
                [](const ItemPointer& item) { return item->request && item->taken == item->sequences.size(); });
  return out;
}

void ComputeQueue::compute(const std::vector<Piece>& pieces) {
  const auto start = std::chrono::steady_clock::now();
  std::int64_t tokens = 0;
  const ItemPointer& first = pieces.front().item;
  if (first->request)
    for (const Piece& piece : pieces) tokens += piece.item->sequences[piece.index].tokens();
  else
    tokens = first->tokens;
  try {
    if (first->request) {
      embed(pieces);
    } else {
      first->work();
      first->done.set_value({});
    }
  } catch (...) {
    fail(pieces, std::current_exception());
  }
  const std::lock_guard lock(mutex_);
  ++counts_.batches;
  counts_.tokens += tokens;
  counts_.busy_seconds += seconds_since(start);
}

// What comes of a batch goes to the requests at once: who has all does not wait for the rest of it.
class ComputeQueue::Answers final : public engine::RunStore {
 public:
  explicit Answers(const std::vector<Piece>& pieces) : pieces_(pieces) {}
  void refuse(std::int64_t key, const Error& error) override {
    engine::OutputValues values;
    values.failure = error;
    keep(key, std::move(values));
  }
  void keep(std::int64_t key, engine::OutputValues values) override {
    const Piece& piece = pieces_[static_cast<std::size_t>(key)];
    Item& item = *piece.item;
    item.values[piece.index] = std::move(values);
    ++kept_;
    if (++item.answered == item.sequences.size()) item.done.set_value(std::move(item.values));
  }
  std::int64_t batch_kept() override { return kept_; }

 private:
  const std::vector<Piece>& pieces_;
  std::int64_t kept_ = 0;
};

void ComputeQueue::embed(const std::vector<Piece>& pieces) {
  const auto one = [&pieces](std::int64_t key) -> const bio::Encoded& {
    const Piece& piece = pieces[static_cast<std::size_t>(key)];
    return piece.item->sequences[piece.index];
  };
  const engine::RunJobs jobs{.count = std::ssize(pieces),
                             .lengths =
                                 [one](std::int64_t key) {
                                   return bio::Lengths{one(key).residues(), one(key).tokens()};
                                 },
                             .sequence = [one](std::int64_t key) { return one(key); }};
  Sink nobody;
  Answers answers(pieces);
  runner_of(*pieces.front().item).run(jobs, answers, nobody);
}

// Requests of the batch that are not answered yet hear of it; what else of them waits is left out.
void ComputeQueue::fail(const std::vector<Piece>& pieces, const std::exception_ptr& error) {
  const std::lock_guard lock(mutex_);
  std::vector<ItemPointer> failed;
  for (const Piece& piece : pieces) {
    Item& item = *piece.item;
    const bool answered = item.request && item.answered == item.sequences.size();
    if (answered || std::find(failed.begin(), failed.end(), piece.item) != failed.end()) continue;
    failed.push_back(piece.item);
    item.done.set_exception(error);
  }
  std::erase_if(waiting_, [&](const ItemPointer& item) {
    if (std::find(failed.begin(), failed.end(), item) == failed.end()) return false;
    for (std::size_t i = item->taken; i < item->sequences.size(); ++i)
      counts_.waiting_tokens -= item->sequences[i].tokens();
    return true;
  });
}

const engine::Runner& ComputeQueue::runner_of(const Item& item) {
  constexpr std::size_t kMost = 32;  // kinds of requests, which clients choose
  if (runners_.size() >= kMost && !runners_.contains(item.key)) runners_.clear();
  std::unique_ptr<engine::Runner>& runner = runners_[item.key];
  if (runner == nullptr)
    runner = std::make_unique<engine::Runner>(*model_, *item.request,
                                              engine::RunnerOptions{.plan = {.memory = session_.memory_limit()}});
  return *runner;
}

QueueCounts ComputeQueue::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace groel::tasks
