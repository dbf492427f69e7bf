// Makes the next tokens the targets.
#include "train/clm_data.h"

namespace groel::train {

void ClmData::add_targets(const std::vector<Piece>& pieces, std::span<std::int32_t> tokens, TrainBatch& batch) const {
  const auto bounds = batch.input.cu_seqlens.values<std::int32_t>();
  std::vector<std::int32_t> targets(tokens.size(), kNoTarget);
  for (std::size_t b = 0; b < pieces.size(); ++b) {
    const Piece& piece = pieces[b];
    const bool begins = piece.start == 0, ends = piece.start + piece.count == length_of(piece.sequence);
    const std::size_t first = begins ? static_cast<std::size_t>(bounds[b]) : piece.at;
    const std::size_t last =
        ends ? static_cast<std::size_t>(bounds[b + 1]) : piece.at + static_cast<std::size_t>(piece.count);
    for (std::size_t t = first; t + 1 < last; ++t) targets[t] = tokens[t + 1];
    batch.target_count += last > first ? static_cast<std::int64_t>(last - first) - 1 : 0;
  }
  batch.targets =
      Tensor::of<std::int32_t>({static_cast<std::int64_t>(targets.size())}, std::span<const std::int32_t>(targets));
}

}  // namespace groel::train
