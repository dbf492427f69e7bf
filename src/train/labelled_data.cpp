// Makes the targets of a batch of labelled sequences.
#include "train/labelled_data.h"

namespace groel::train {
namespace {

template <class T>
Tensor tensor(const Shape& shape, const std::vector<T>& values) {
  return Tensor::of<T>(shape, std::span<const T>(values));
}

}  // namespace

LabelledData::LabelledData(const LabelledSet& set, const models::Classification& classes,
                           const bio::Tokenizer& tokenizer, const PackingOptions& options)
    : PackedData(set.corpus, all_of(set.corpus), tokenizer, options),
      set_(set),
      label_of_(classes.label_of),
      problem_(classes.problem) {
  std::int64_t first = 0;
  for (std::int64_t i = 0; i < set.corpus.size(); ++i) {
    first_.push_back(first);
    first += set.corpus.length(i);
  }
}

void LabelledData::add_targets(const std::vector<Piece>& pieces, std::span<std::int32_t> tokens,
                               TrainBatch& batch) const {
  if (label_of_ == models::LabelOf::token) return add_residues(pieces, tokens.size(), batch);
  return problem_ == models::Problem::single_label ? add_classes(pieces, batch) : add_numbers(pieces, batch);
}

void LabelledData::add_classes(const std::vector<Piece>& pieces, TrainBatch& batch) const {
  std::vector<std::int32_t> targets;
  for (const Piece& piece : pieces)
    targets.push_back(static_cast<std::int32_t>(set_.values[static_cast<std::size_t>(piece.sequence)]));
  batch.target_count = static_cast<std::int64_t>(targets.size());
  batch.targets = tensor({batch.target_count}, targets);
}

void LabelledData::add_numbers(const std::vector<Piece>& pieces, TrainBatch& batch) const {
  std::vector<float> targets;
  for (const Piece& piece : pieces)
    for (std::int64_t c = 0; c < set_.columns; ++c)
      targets.push_back(set_.values[static_cast<std::size_t>(piece.sequence * set_.columns + c)]);
  batch.target_count = static_cast<std::int64_t>(targets.size());
  batch.targets = tensor({static_cast<std::int64_t>(pieces.size()), set_.columns}, targets);
}

void LabelledData::add_residues(const std::vector<Piece>& pieces, std::size_t tokens, TrainBatch& batch) const {
  std::vector<std::int32_t> targets(tokens, kNoTarget);
  for (const Piece& piece : pieces)
    for (std::int64_t i = 0; i < piece.count; ++i) {
      const std::int64_t residue = first_[static_cast<std::size_t>(piece.sequence)] + piece.start + i;
      const std::int32_t label = set_.classes[static_cast<std::size_t>(residue)];
      targets[piece.at + static_cast<std::size_t>(i)] = label;
      batch.target_count += label != kNoTarget;
    }
  batch.targets = tensor({static_cast<std::int64_t>(tokens)}, targets);
}

}  // namespace groel::train
