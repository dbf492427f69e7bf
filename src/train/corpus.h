// Proteins to train on: read once, kept as the tokens of their residues.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "bio/tokenizer.h"
#include "io/sequences_summary.h"

namespace groel::train {

/// Sequences that a corpus takes, and how.
struct LengthFilter {
  std::int64_t shortest = 1;
  std::int64_t longest = 0;  ///< 0: any
  io::Gaps gaps = io::Gaps::keep;
};

/// Lengths are in tokens: those of the residues, which for most tokenizers are one for each.
class Corpus {
 public:
  /// Every record of the files (io/sequences.h) that the tokenizer can read and the filter lets through; the others are
  /// counted in one warning that names the first. The sink is told what io::SequenceSummary says, too. Errors: as
  /// io::read_sequences; bad_input when nothing is left.
  static Corpus read(const std::vector<std::string>& paths, const bio::Tokenizer& tokenizer, const LengthFilter& filter,
                     Sink& sink);

  std::int64_t size() const noexcept { return static_cast<std::int64_t>(ends_.size()); }
  std::int64_t residues() const noexcept { return static_cast<std::int64_t>(tokens_.size()); }
  std::int64_t length(std::int64_t sequence) const { return end(sequence) - begin(sequence); }
  std::span<const std::uint16_t> operator[](std::int64_t sequence) const {
    return {tokens_.data() + begin(sequence), static_cast<std::size_t>(length(sequence))};
  }
  /// "file.fasta: P12345", for messages.
  const std::string& name(std::int64_t sequence) const { return names_[static_cast<std::size_t>(sequence)]; }
  std::int64_t longest() const;
  /// SHA-256 of the tokens and lengths, hexadecimal: equal for equal data.
  std::string fingerprint() const;

  /// Appends one sequence, without end tokens; ids fit 16 bits.
  void add(std::span<const std::int32_t> residue_ids, std::string name);

 private:
  std::int64_t begin(std::int64_t sequence) const {
    return sequence == 0 ? 0 : ends_[static_cast<std::size_t>(sequence - 1)];
  }
  std::int64_t end(std::int64_t sequence) const { return ends_[static_cast<std::size_t>(sequence)]; }

  std::vector<std::uint16_t> tokens_;
  std::vector<std::int64_t> ends_;
  std::vector<std::string> names_;
};

/// Which sequences to learn from and which to keep for evaluation.
struct Split {
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> held_out;
};

/// ceil(fraction * size) sequences drawn by the seed are held out, at least one unless the fraction is 0; those of
/// equal key stay on one side, so that it may be a few less. Both parts in their order. Errors: usage when the fraction
/// lies outside [0, 1); bad_input when nothing is left to learn from.
Split split_by_keys(const std::vector<std::uint64_t>& keys, double fraction, std::uint64_t seed);
/// The same, of the keys of the sequences (train/duplicates.h).
Split split_corpus(const Corpus& corpus, double fraction, std::uint64_t seed);

/// 0 … size-1.
std::vector<std::int64_t> all_of(const Corpus& corpus);
/// 0 … count-1 in an order drawn by the key.
std::vector<std::int64_t> shuffled(std::int64_t count, std::uint64_t key);

}  // namespace groel::train
