// Takes a batch from every task that is due.
#include "train/task_mix.h"

#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace groel::train {

TaskMix::TaskMix(std::vector<MixedTask> tasks, Pass pass) : tasks_(std::move(tasks)), pass_(pass) {
  GROEL_REQUIRE(!tasks_.empty() && tasks_.front().rate == 1);
  for (const MixedTask& task : tasks_)
    if (!(task.rate > 0 && task.rate <= 1))
      throw Error(ErrorKind::usage, {fmt::format("a task has the rate {}", task.rate), "`tasks`",
                                     "a rate is the part of the steps that have a batch of it: above 0, at most 1"});
  restart();
}

void TaskMix::restart() {
  for (const MixedTask& task : tasks_)
    if (task.data != nullptr) task.data->seek({});
  position_ = {};
  steps_ = 0;
  task_ = 0;
}

// Evenly spread: a task of the rate 0.4 is due in two steps of every five.
bool TaskMix::due(std::size_t task) const {
  const double rate = tasks_[task].rate;
  return std::floor(static_cast<double>(steps_ + 1) * rate) > std::floor(static_cast<double>(steps_) * rate);
}

std::optional<TrainBatch> TaskMix::next() {
  TrainBatch out;
  out.target_count = 1;
  const auto add = [&](std::size_t task, TrainBatch batch) {
    batch.task = task;
    batch.key = derive_key(batch.key, task);
    out.parts.push_back(std::move(batch));
  };
  if (pass_ == Pass::all_once) {
    for (; task_ < tasks_.size(); ++task_)
      if (auto batch = tasks_[task_].data == nullptr ? std::nullopt : tasks_[task_].data->next()) {
        add(task_, *std::move(batch));
        return out;
      }
    restart();
    return std::nullopt;
  }
  auto first = tasks_.front().data->next();
  if (!first) {
    position_ = {position_.epoch + 1, 0};
    return std::nullopt;
  }
  add(0, *std::move(first));
  for (std::size_t task = 1; task < tasks_.size(); ++task) {
    if (!due(task)) continue;
    auto batch = tasks_[task].data->next();
    if (!batch) batch = tasks_[task].data->next();  // its epoch has ended
    if (batch) add(task, *std::move(batch));
  }
  ++steps_;
  ++position_.next;
  return out;
}

double TaskMix::epochs_done() const { return pass_ == Pass::steps ? tasks_.front().data->epochs_done() : 0; }

void TaskMix::seek(const DataPosition& position) {
  if (position == position_) return;
  restart();
  while (!(position_ == position)) {
    const DataPosition before = position_;
    (void)next();
    if (position_ == before || position_.epoch > position.epoch)
      throw Error(ErrorKind::bad_input, "a position in the tasks is outside of them");
  }
}

std::int64_t TaskMix::batches_in_epoch(std::int64_t epoch) const {
  if (pass_ == Pass::steps) return tasks_.front().data->batches_in_epoch(epoch);
  std::int64_t sum = 0;
  for (const MixedTask& task : tasks_)
    if (task.data != nullptr) sum += task.data->batches_in_epoch(epoch);
  return sum;
}

}  // namespace groel::train
