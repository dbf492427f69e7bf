// The interface through which the trainer gets its batches.
#pragma once

#include <cstdint>
#include <optional>

#include "train/trainee.h"

namespace groel::train {

/// Which batch comes next.
struct DataPosition {
  std::int64_t epoch = 0;
  std::int64_t next = 0;  ///< sequences of the epoch that have been given out
  bool operator==(const DataPosition&) const = default;
};

/// Batches, epoch after epoch, the same for the same position whenever they are asked for.
class TrainData {
 public:
  virtual ~TrainData() = default;
  /// The next batch; nothing at the end of an epoch, after which the next epoch begins.
  virtual std::optional<TrainBatch> next() = 0;
  virtual DataPosition position() const = 0;
  /// Epochs given out, the fraction of the present one included; whole at an epoch's end.
  virtual double epochs_done() const = 0;
  virtual void seek(const DataPosition& position) = 0;
  /// How many batches an epoch has.
  virtual std::int64_t batches_in_epoch(std::int64_t epoch) const = 0;
};

}  // namespace groel::train
