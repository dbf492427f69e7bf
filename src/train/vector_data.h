// Vectors and their targets as shuffled batches, for heads.
#pragma once

#include <vector>

#include "nn/heads/prediction_head.h"
#include "train/data.h"
#include "train/packed_data.h"
#include "train/vector_source.h"

namespace groel::train {

/// What is true of every sequence of a source, or of every residue, in its order.
struct VectorTargets {
  Tensor values;  ///< [N] i32: classes, kNoTarget where there is none; or [N, C] f32: yes and no of labels, or numbers
  nn::LabelsOf of = nn::LabelsOf::sequences;
};

struct VectorOptions {
  std::uint64_t seed = 0;
  std::int64_t batch = 32;          ///< sequences of a batch at most
  std::int64_t batch_residues = 0;  ///< vectors of a batch at most, where they are of residues; 0: any. One longer
                                    ///< sequence is a batch of its own
  Order order = Order::shuffled;
};

/// Batches with TrainBatch::features and bounds, no tokens. Refers to the source, which outlives it.
class VectorData final : public TrainData {
 public:
  /// Batches of the sequences named by `members`. Errors: bad_input, where there are none; usage, for a batch of none;
  /// internal, for targets that do not fit the source.
  VectorData(const VectorSource& source, VectorTargets targets, std::vector<std::int64_t> members,
             const VectorOptions& options);

  std::optional<TrainBatch> next() override;
  DataPosition position() const override { return position_; }
  double epochs_done() const override;
  void seek(const DataPosition& position) override;
  std::int64_t batches_in_epoch(std::int64_t epoch) const override;

 private:
  std::vector<std::int64_t> order_of(std::int64_t epoch) const;
  std::int64_t end_of_batch(const std::vector<std::int64_t>& order, std::int64_t from) const;
  TrainBatch make(std::int64_t from, std::int64_t to) const;
  void add_targets(TrainBatch& batch) const;
  std::int64_t first_target(std::int64_t sequence) const;
  std::int64_t target_rows(std::int64_t sequence) const;

  const VectorSource& source_;
  VectorTargets targets_;
  std::vector<std::int64_t> members_;
  VectorOptions options_;
  std::vector<std::int64_t> first_;  // row of targets of every sequence's first residue
  DataPosition position_;
  std::vector<std::int64_t> order_;  // of position_.epoch
};

/// 0, 1, … up to all sequences of a source.
std::vector<std::int64_t> all_sequences(const VectorSource& source);

}  // namespace groel::train
