// Sequences of a corpus as batches: shuffled, cropped and packed; the objective decides what the targets are.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "train/corpus.h"
#include "train/shuffled_data.h"

namespace groel::train {

enum class CropStyle {
  random,  ///< a piece drawn anew each epoch
  start,   ///< the first residues, as Transformers truncates
  centre,
  none,  ///< a sequence that is too long is an error
};

struct PackingOptions {
  std::uint64_t seed = 0;
  std::int64_t batch_tokens = 4096;  ///< at most, end tokens counted
  std::int64_t max_residues = 1022;  ///< a longer sequence is cropped to it
  CropStyle crop = CropStyle::random;
  Order order = Order::shuffled;
  std::int64_t batch_sequences = 0;  ///< at most; 0: any number
};

/// A run of the residues' tokens of one sequence, and where its first is in the batch.
struct Piece {
  std::int64_t sequence, start, count;
  std::size_t at;
};

/// Refers to the corpus and the tokenizer, which outlive it. A cropped piece gets the end tokens of a whole
/// sequence, as fair-esm's batch converter gives them to the sequences that it truncates.
class PackedData : public ShuffledData {
 public:
  /// Batches of the sequences named by `members`. Errors: usage for limits below one residue; bad_input naming the
  /// sequence when one is too long and cropping is off, or when there are no members.
  PackedData(const Corpus& corpus, std::vector<std::int64_t> members, const bio::Tokenizer& tokenizer,
             const PackingOptions& options);

  /// Sequences of which only a piece is used.
  std::int64_t cropped() const;
  std::int64_t sequences() const { return static_cast<std::int64_t>(members().size()); }
  /// Of all its batches.
  std::int64_t tokens_in_epoch() const;
  /// Tokens of the largest batch that there can be.
  std::int64_t most_tokens() const;

 protected:
  /// Sets the batch's targets and their count; may change the tokens.
  virtual void add_targets(const std::vector<Piece>& pieces, std::span<std::int32_t> tokens,
                           TrainBatch& batch) const = 0;
  std::int64_t length_of(std::int64_t sequence) const { return corpus_.length(sequence); }

 private:
  std::int64_t piece_length(std::int64_t sequence) const { return std::min(corpus_.length(sequence), limit_); }
  std::int64_t piece_tokens(std::int64_t sequence) const { return piece_length(sequence) + tokenizer_.end_tokens(); }
  std::int64_t piece_start(std::int64_t sequence) const;
  std::int64_t end_of_batch(const std::vector<std::int64_t>& order, std::int64_t from) const override;
  TrainBatch make(std::int64_t from, std::int64_t to) const override;

  const Corpus& corpus_;
  const bio::Tokenizer& tokenizer_;
  PackingOptions options_;
  std::int64_t limit_;  // residues per piece
};

/// Parses "random", "start", "centre" or "none". Errors: usage.
CropStyle parse_crop(const std::string& text);

}  // namespace groel::train
