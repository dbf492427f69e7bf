// Orders, crops and packs sequences into batches.
#include "train/packed_data.h"

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "train/random_purposes.h"

namespace groel::train {
namespace {

using purpose::bits;

}  // namespace

PackedData::PackedData(const Corpus& corpus, std::vector<std::int64_t> members, const bio::Tokenizer& tokenizer,
                       const PackingOptions& options)
    : ShuffledData(std::move(members), options.order, options.seed),
      corpus_(corpus),
      tokenizer_(tokenizer),
      options_(options),
      limit_(std::min(options.max_residues, options.batch_tokens - tokenizer.end_tokens())) {
  if (options.max_residues < 1)
    throw Error(ErrorKind::usage, {"a crop holds at least one residue", "`max_length`", {}});
  if (limit_ < 1)
    throw Error(ErrorKind::usage,
                {fmt::format("a batch holds at least {} tokens", tokenizer.token_count(1)), "`batch_tokens`", {}});
  if (options.crop == CropStyle::none)
    for (const std::int64_t sequence : this->members())
      if (corpus.length(sequence) > limit_)
        throw Error(ErrorKind::bad_input,
                    {fmt::format("{} residues are more than {} allows ({})", corpus.length(sequence),
                                 limit_ < options.max_residues ? "`batch_tokens`" : "`max_length`", limit_),
                     corpus.name(sequence), "raise the limit, or let long sequences be cropped with `crop=random`"});
}

// Pieces are packed one after the other; the first that does not fit opens the next batch.
std::int64_t PackedData::end_of_batch(const std::vector<std::int64_t>& order, std::int64_t from) const {
  std::int64_t tokens = 0;
  auto to = static_cast<std::size_t>(from);
  const auto last = options_.batch_sequences > 0
                        ? std::min(order.size(), to + static_cast<std::size_t>(options_.batch_sequences))
                        : order.size();
  while (to < last && tokens + piece_tokens(order[to]) <= options_.batch_tokens) tokens += piece_tokens(order[to++]);
  return static_cast<std::int64_t>(to);
}

std::int64_t PackedData::cropped() const {
  return std::count_if(members().begin(), members().end(),
                       [&](std::int64_t sequence) { return corpus_.length(sequence) > limit_; });
}

std::int64_t PackedData::tokens_in_epoch() const {
  std::int64_t all = 0;
  for (const std::int64_t sequence : this->members()) all += piece_tokens(sequence);
  return all;
}

std::int64_t PackedData::most_tokens() const {
  const std::int64_t most = std::min(tokens_in_epoch(), options_.batch_tokens);
  if (options_.batch_sequences == 0) return most;
  std::int64_t longest = 0;
  for (const std::int64_t sequence : this->members()) longest = std::max(longest, piece_tokens(sequence));
  return std::min(most, longest * options_.batch_sequences);
}

std::int64_t PackedData::piece_start(std::int64_t sequence) const {
  const std::int64_t spare = corpus_.length(sequence) - piece_length(sequence);
  if (spare == 0) return 0;
  if (options_.crop == CropStyle::start) return 0;
  if (options_.crop == CropStyle::centre) return spare / 2;
  const auto words = philox(key_of(purpose::kCrop), bits(sequence));
  return index_below(words[0], static_cast<std::uint32_t>(spare + 1));
}

TrainBatch PackedData::make(std::int64_t from, std::int64_t to) const {
  std::vector<std::vector<std::int32_t>> sequences;
  std::vector<Piece> pieces;
  TrainBatch batch;
  for (std::int64_t i = from; i < to; ++i) {
    const std::int64_t sequence = member(i);
    const Piece piece{sequence, piece_start(sequence), piece_length(sequence), 0};
    const auto residues =
        corpus_[sequence].subspan(static_cast<std::size_t>(piece.start), static_cast<std::size_t>(piece.count));
    sequences.push_back(tokenizer_.with_ends(std::vector<std::int32_t>(residues.begin(), residues.end())));
    pieces.push_back(piece);
    batch.sequences.push_back(sequence);
  }
  batch.input = models::Batch::pack(sequences, tokenizer_);
  const auto first = batch.input.residues.begin.values<std::int32_t>();
  for (std::size_t b = 0; b < pieces.size(); ++b) pieces[b].at = static_cast<std::size_t>(first[b]);
  const auto tokens = static_cast<std::size_t>(batch.input.token_count());
  add_targets(pieces, {batch.input.tokens.mutable_data<std::int32_t>(), tokens}, batch);
  return batch;
}

CropStyle parse_crop(const std::string& text) {
  if (text == "random") return CropStyle::random;
  if (text == "start") return CropStyle::start;
  if (text == "centre") return CropStyle::centre;
  if (text == "none") return CropStyle::none;
  throw Error(ErrorKind::usage,
              {fmt::format("there is no crop '{}'", text), "`crop`", "random, start, centre or none"});
}

}  // namespace groel::train
