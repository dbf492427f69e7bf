// Learns a byte-level vocabulary and its merges from texts.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bio/tokenizer_files.h"

namespace groel::bio {

struct BytePairFitOptions {
  std::int64_t size = 0;   ///< tokens in all; fewer where no pair is left that is seen often enough
  std::int64_t least = 2;  ///< times that a pair has to be seen
  /// Told after every merge how many tokens there are; may throw, which ends the fit.
  std::function<void(std::int64_t tokens)> progress{};
};

struct FittedPairs {
  TokenizerFiles files;
  std::int64_t bytes = 0;   ///< of all texts
  std::int64_t tokens = 0;  ///< that they are now
};

/// The algorithm of Hugging Face's BpeTrainer over the pieces that its ByteLevel cuts: the pair that is seen most often
/// becomes a token, of equal ones that with the smaller ids; tokens are `<|endoftext|>`, the 256 bytes in the order of
/// their characters, then what was merged.
class BytePairFit {
 public:
  /// Counts the pieces of a text; `<|endoftext|>` is text here like any other.
  void add(std::string_view text);

  std::int64_t pieces() const noexcept { return pieces_; }
  std::int64_t different_pieces() const noexcept { return static_cast<std::int64_t>(counts_.size()); }

  /// Needs about 40 bytes of memory for every byte of the different pieces. Errors: usage, for fewer tokens than 257 or
  /// more than 2^20; unsupported, for more than 2^31 - 1 bytes of different pieces.
  FittedPairs fit(const BytePairFitOptions& options) const;

 private:
  std::unordered_map<std::string, std::int64_t> counts_;
  std::int64_t pieces_ = 0;
};

}  // namespace groel::bio
