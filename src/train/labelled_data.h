// Batches of labelled sequences.
#pragma once

#include "train/labels.h"
#include "train/packed_data.h"

namespace groel::train {

/// Targets as make_classifier takes them. Refers to the set and the tokenizer, which outlive it.
class LabelledData final : public PackedData {
 public:
  /// Errors: as PackedData.
  LabelledData(const LabelledSet& set, const models::Classification& classes, const bio::Tokenizer& tokenizer,
               const PackingOptions& options);

 private:
  void add_targets(const std::vector<Piece>& pieces, std::span<std::int32_t> tokens, TrainBatch& batch) const override;
  void add_classes(const std::vector<Piece>& pieces, TrainBatch& batch) const;
  void add_numbers(const std::vector<Piece>& pieces, TrainBatch& batch) const;
  void add_residues(const std::vector<Piece>& pieces, std::size_t tokens, TrainBatch& batch) const;

  const LabelledSet& set_;
  models::LabelOf label_of_;
  models::Problem problem_;
  std::vector<std::int64_t> first_;  // a sequence: its first residue in the set's classes
};

}  // namespace groel::train
