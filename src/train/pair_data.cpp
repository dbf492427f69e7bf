// Makes batches of pairs.
#include "train/pair_data.h"

#include "base/error.h"
#include "base/random.h"
#include "train/random_purposes.h"

namespace groel::train {
namespace {

using purpose::bits;

}  // namespace

PairData::PairData(const Corpus& corpus, const LabelledPairs& pairs, std::vector<std::int64_t> members,
                   const bio::Tokenizer& tokenizer, const PackingOptions& options)
    : ShuffledData(std::move(members), options.order, options.seed),
      corpus_(corpus),
      pairs_(pairs),
      tokenizer_(tokenizer),
      options_(options),
      limit_(std::min(options.max_residues, options.batch_tokens / 2 - tokenizer.end_tokens())) {
  if (limit_ < 1)
    throw Error(ErrorKind::usage, {"a batch has no room for two sequences", "`batch_tokens`", "make it larger"});
}

std::int64_t PairData::pair_tokens(std::int64_t pair) const {
  const SequencePair& ends = pairs_.pairs[static_cast<std::size_t>(pair)];
  return std::min(corpus_.length(ends.first), limit_) + std::min(corpus_.length(ends.second), limit_) +
         2 * tokenizer_.end_tokens();
}

std::int64_t PairData::end_of_batch(const std::vector<std::int64_t>& order, std::int64_t from) const {
  std::int64_t tokens = 0;
  auto to = static_cast<std::size_t>(from);
  while (to < order.size() && tokens + pair_tokens(order[to]) <= options_.batch_tokens)
    tokens += pair_tokens(order[to++]);
  return static_cast<std::int64_t>(to);
}

std::int64_t PairData::tokens_in_epoch() const {
  std::int64_t all = 0;
  for (const std::int64_t pair : members()) all += pair_tokens(pair);
  return all;
}

std::int64_t PairData::most_tokens() const { return std::min(tokens_in_epoch(), options_.batch_tokens); }

std::int64_t PairData::cropped() const {
  std::int64_t count = 0;
  for (const std::int64_t pair : members()) {
    const SequencePair& ends = pairs_.pairs[static_cast<std::size_t>(pair)];
    count += (corpus_.length(ends.first) > limit_) + (corpus_.length(ends.second) > limit_);
  }
  return count;
}

// Another piece for every pair that a sequence is in.
std::vector<std::int32_t> PairData::piece(std::int64_t sequence, std::int64_t pair) const {
  const std::int64_t length = corpus_.length(sequence), count = std::min(length, limit_), spare = length - count;
  std::int64_t start = options_.crop == CropStyle::centre ? spare / 2 : 0;
  if (options_.crop == CropStyle::random && spare > 0) {
    const std::uint64_t key = derive_key(key_of(purpose::kCrop), bits(pair));
    start = index_below(philox(key, bits(sequence))[0], static_cast<std::uint32_t>(spare + 1));
  }
  const auto residues = corpus_[sequence].subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(count));
  return tokenizer_.with_ends(std::vector<std::int32_t>(residues.begin(), residues.end()));
}

void PairData::add_targets(std::int64_t from, std::int64_t to, TrainBatch& batch) const {
  std::vector<std::int32_t> classes;
  std::vector<float> values;
  for (std::int64_t i = from; i < to; ++i) {
    const auto pair = static_cast<std::size_t>(member(i));
    if (pairs_.columns == 0) classes.push_back(pairs_.classes[pair]);
    for (std::int64_t c = 0; c < pairs_.columns; ++c)
      values.push_back(pairs_.values[pair * static_cast<std::size_t>(pairs_.columns) + static_cast<std::size_t>(c)]);
  }
  if (pairs_.columns == 0)
    batch.targets = Tensor::of<std::int32_t>({to - from}, std::span<const std::int32_t>(classes));
  else
    batch.targets = Tensor::of<float>({to - from, pairs_.columns}, std::span<const float>(values));
  batch.target_count = batch.targets.count();
}

TrainBatch PairData::make(std::int64_t from, std::int64_t to) const {
  TrainBatch batch;
  std::vector<std::vector<std::int32_t>> sequences;
  for (std::int64_t i = from; i < to; ++i) {
    const std::int64_t pair = member(i);
    const SequencePair& ends = pairs_.pairs[static_cast<std::size_t>(pair)];
    sequences.push_back(piece(ends.first, pair));
    sequences.push_back(piece(ends.second, pair));
    batch.sequences.push_back(pair);
  }
  batch.input = models::Batch::pack(sequences, tokenizer_);
  add_targets(from, to, batch);
  return batch;
}

}  // namespace groel::train
