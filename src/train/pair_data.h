// Pairs of sequences as batches: shuffled and packed.
#pragma once

#include <vector>

#include "train/corpus.h"
#include "train/data.h"
#include "train/packed_data.h"

namespace groel::train {

/// Two sequences of a corpus.
struct SequencePair {
  std::int64_t first = 0, second = 0;
};

/// Pairs with what is said of each.
struct LabelledPairs {
  std::vector<SequencePair> pairs;
  std::vector<std::int32_t> classes;  ///< a class for each pair; or
  std::vector<float> values;          ///< [N, columns] of several labels
  std::int64_t columns = 0;
};

/// Batches of 2*B sequences, p and q of each pair one after the other, with targets [B] i32 or [B, columns] f32. Refers
/// to the corpus, the pairs and the tokenizer, which outlive it.
class PairData final : public ShuffledData {
 public:
  /// `members`: places in `pairs`. A batch has as many pairs as fit into options.batch_tokens, one at least; longer
  /// sequences are cropped as options say. Errors: usage for limits below one residue; bad_input without members.
  PairData(const Corpus& corpus, const LabelledPairs& pairs, std::vector<std::int64_t> members,
           const bio::Tokenizer& tokenizer, const PackingOptions& options);

  std::int64_t tokens_in_epoch() const;
  /// Tokens of the largest batch that there can be.
  std::int64_t most_tokens() const;
  std::int64_t pairs() const { return static_cast<std::int64_t>(members().size()); }
  /// Ends of pairs of which only a piece is used.
  std::int64_t cropped() const;

 private:
  std::int64_t pair_tokens(std::int64_t pair) const;
  std::int64_t end_of_batch(const std::vector<std::int64_t>& order, std::int64_t from) const override;
  TrainBatch make(std::int64_t from, std::int64_t to) const override;
  std::vector<std::int32_t> piece(std::int64_t sequence, std::int64_t pair) const;
  void add_targets(std::int64_t from, std::int64_t to, TrainBatch& batch) const;

  const Corpus& corpus_;
  const LabelledPairs& pairs_;
  const bio::Tokenizer& tokenizer_;
  PackingOptions options_;
  std::int64_t limit_;  // residues per sequence
};

}  // namespace groel::train
