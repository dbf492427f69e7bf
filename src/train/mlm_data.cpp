// Masks the residues of a batch.
#include "train/mlm_data.h"

namespace groel::train {

MlmData::MlmData(const Corpus& corpus, std::vector<std::int64_t> members, const bio::Tokenizer& tokenizer,
                 const MlmDataOptions& options)
    : PackedData(corpus, std::move(members), tokenizer, options.packing()), masking_(options.masking, tokenizer) {}

void MlmData::add_targets(const std::vector<Piece>& pieces, std::span<std::int32_t> tokens, TrainBatch& batch) const {
  std::vector<std::int32_t> targets(tokens.size(), kNoTarget);
  for (const Piece& piece : pieces)
    batch.target_count += masking_.apply({position().epoch, piece.sequence, piece.start}, piece.count,
                                         tokens.data() + piece.at, targets.data() + piece.at);
  batch.targets =
      Tensor::of<std::int32_t>({static_cast<std::int64_t>(targets.size())}, std::span<const std::int32_t>(targets));
}

}  // namespace groel::train
