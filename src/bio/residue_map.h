// Which tokens of a sequence represent which of its residues.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace groel::bio {

/// Tokens [begin, end) of one sequence.
struct TokenSpan {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t count() const noexcept { return end - begin; }
  bool operator==(const TokenSpan&) const = default;
};

/// Residues count from 0. A copy is cheap.
class ResidueMap {
 public:
  /// No tokens, no residues.
  ResidueMap() = default;
  /// A token for each residue: residue r is token run.begin + r, of `tokens` tokens in all.
  ResidueMap(TokenSpan run, std::int64_t tokens);
  /// The tokens of each residue, in order. Neighbours may share a token; one residue may have several.
  ResidueMap(std::vector<TokenSpan> spans, std::int64_t tokens);

  std::int64_t residues() const noexcept { return residues_; }
  std::int64_t tokens() const noexcept { return tokens_; }
  /// Whether each residue has one token, its own, and they follow one another.
  bool one_token_each() const noexcept { return spans_ == nullptr; }
  TokenSpan operator[](std::int64_t residue) const {
    if (spans_ != nullptr) return (*spans_)[static_cast<std::size_t>(residue)];
    return {run_.begin + residue, run_.begin + residue + 1};
  }
  /// From the first token of the first residue to the last token of the last one.
  TokenSpan run() const noexcept { return run_; }
  /// The first residue that a token stands for; none for a token at the ends.
  std::optional<std::int64_t> residue_at(std::int64_t token) const;

 private:
  TokenSpan run_;
  std::int64_t residues_ = 0;
  std::int64_t tokens_ = 0;
  std::shared_ptr<const std::vector<TokenSpan>> spans_;  // of each residue; null: one token each
};

}  // namespace groel::bio
