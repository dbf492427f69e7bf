// Which residues are hidden, and by what: it depends on (seed, epoch, sequence, position) alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bio/tokenizer.h"

namespace groel::train {

enum class MaskingStyle {
  residues,   ///< 80 % <mask>, 10 % another of the 20 residues, 10 % kept
  reference,  ///< 80 % <mask>, 10 % any token of the vocabulary, 10 % kept: Transformers' collator
  hidden,     ///< all <mask>, at least one per sequence: for evaluation
};

struct MaskingOptions {
  MaskingStyle style = MaskingStyle::residues;
  double fraction = 0.15;  ///< of residues that become targets
  std::uint64_t seed = 0;
};

/// Where a piece of a sequence comes from.
struct MaskedPiece {
  std::int64_t epoch = 0;
  std::int64_t sequence = 0;
  std::int64_t first = 0;  ///< position in the whole sequence of its first residue
};

class Masking {
 public:
  /// Errors: usage when the fraction lies outside (0, 1].
  Masking(const MaskingOptions& options, const bio::Tokenizer& tokenizer);

  /// Hides some of the `count` residues at `ids` and writes the class of each hidden one, or kNoTarget, to `targets`.
  /// Returns how many are targets. Special tokens, <mask> and <unk> never are.
  std::int64_t apply(const MaskedPiece& piece, std::int64_t count, std::int32_t* ids, std::int32_t* targets) const;

 private:
  std::int32_t replacement(std::int32_t original, std::uint32_t choice, std::uint32_t draw) const;
  bool maskable(std::int32_t id) const { return maskable_[static_cast<std::size_t>(id)] != 0; }

  MaskingOptions options_;
  std::vector<char> maskable_;          // a token
  std::vector<std::int32_t> residues_;  // the 20
  std::vector<std::int32_t> rank_;      // a token: its place in residues_, or -1
  std::int32_t mask_;
};

/// Parses "residues" or "reference". Errors: usage.
MaskingStyle parse_masking(const std::string& text);

}  // namespace groel::train
