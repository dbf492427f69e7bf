// Which of many sequences hold a word of k residues, and which share the most words with a query.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace groel::analysis {

class WordIndex {
 public:
  WordIndex(std::span<const std::string> sequences, int k);

  int k() const { return k_; }

  /// Up to `most` sequences that share words with the query, best first: by (shared - expected) / √(expected + 1),
  /// where `expected` is what falls on a sequence with so many words by chance. The rarest words are looked up first,
  /// until 300,000 places are seen; so common words, of which nothing is learned, cost nothing.
  std::vector<std::int64_t> candidates(const std::string& query, std::size_t most) const;

 private:
  std::int64_t holders(std::int32_t word) const {
    return starts_[static_cast<std::size_t>(word) + 1] - starts_[static_cast<std::size_t>(word)];
  }

  int k_;
  std::vector<std::int64_t> starts_;    // [20^k + 1], into holders_
  std::vector<std::int32_t> holders_;   // sequences that hold the word, ascending
  std::vector<std::int32_t> distinct_;  // words of each sequence
};

}  // namespace groel::analysis
