// Batches for masked language modelling: shuffled, cropped, packed and masked.
#pragma once

#include <vector>

#include "train/masking.h"
#include "train/packed_data.h"

namespace groel::train {

struct MlmDataOptions {
  std::uint64_t seed = 0;
  std::int64_t batch_tokens = 4096;  ///< at most, end tokens counted
  std::int64_t max_residues = 1022;  ///< a longer sequence is cropped to it
  CropStyle crop = CropStyle::random;
  Order order = Order::shuffled;
  MaskingOptions masking{};
  std::int64_t batch_sequences = 0;  ///< at most; 0: any number

  PackingOptions packing() const { return {seed, batch_tokens, max_residues, crop, order, batch_sequences}; }
};

class MlmData final : public PackedData {
 public:
  /// Errors: as PackedData, and Masking.
  MlmData(const Corpus& corpus, std::vector<std::int64_t> members, const bio::Tokenizer& tokenizer,
          const MlmDataOptions& options);

 private:
  void add_targets(const std::vector<Piece>& pieces, std::span<std::int32_t> tokens, TrainBatch& batch) const override;

  Masking masking_;
};

}  // namespace groel::train
