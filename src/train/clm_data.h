// Batches for causal language modelling: every token's target is the one after it.
#pragma once

#include "train/packed_data.h"

namespace groel::train {

/// Of a piece that was cut out of a sequence nobody learns that the sequence began or ended there.
class ClmData final : public PackedData {
 public:
  using PackedData::PackedData;

 private:
  void add_targets(const std::vector<Piece>& pieces, std::span<std::int32_t> tokens, TrainBatch& batch) const override;
};

}  // namespace groel::train
