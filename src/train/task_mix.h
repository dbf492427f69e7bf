// Batches of several tasks side by side, each as often as it is wanted.
#pragma once

#include <memory>
#include <vector>

#include "train/data.h"

namespace groel::train {

struct MixedTask {
  TrainData* data = nullptr;
  double rate = 1;  ///< batches for each step, from above 0 to 1; the first task's is 1
};

/// Steps with a batch of every task that is due: TrainBatch::parts, in the order of the tasks. The first task says what
/// an epoch is; the others begin anew when theirs ends. In an evaluation (`Pass::all_once`) every task gives each of
/// its batches once; one without data has none.
class TaskMix final : public TrainData {
 public:
  enum class Pass { steps, all_once };
  /// Refers to the data, which outlive it.
  TaskMix(std::vector<MixedTask> tasks, Pass pass);

  std::optional<TrainBatch> next() override;
  /// `next` counts steps of the epoch.
  DataPosition position() const override { return position_; }
  double epochs_done() const override;
  /// Goes through the steps before it: as long as making their batches takes.
  void seek(const DataPosition& position) override;
  std::int64_t batches_in_epoch(std::int64_t epoch) const override;

 private:
  void restart();
  bool due(std::size_t task) const;

  std::vector<MixedTask> tasks_;
  Pass pass_;
  DataPosition position_;
  std::int64_t steps_ = 0;  // from the beginning
  std::size_t task_ = 0;    // in an evaluation
};

}  // namespace groel::train
