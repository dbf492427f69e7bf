// The tokenizer of models that read alignments: the rows one after another, each behind a <cls>.
#pragma once

#include "bio/esm_tokenizer.h"

namespace groel::bio {

/// How large alignments are that a model reads; none: any.
struct AlignmentLimits {
  std::optional<std::int64_t> columns, rows;
};

/// Rows and columns of an alignment's tokens: a <cls> is in the first column of every row and nowhere else.
struct AlignmentGrid {
  std::int64_t rows = 1;
  std::int64_t columns = 0;  ///< with that of <cls>
};

/// An alignment is one sequence: its ids are R rows of <cls> and L columns, without <eos>, and its residues are the
/// columns of the first row, which is the query. Any other sequence is an alignment of one row.
class AlignmentTokenizer final : public Tokenizer {
 public:
  explicit AlignmentTokenizer(EsmTokenizer rows, const AlignmentLimits& limits = {});
  std::shared_ptr<const AlignmentTokenizer> within(const AlignmentLimits& limits) const;

  /// Rows are read as EsmTokenizer reads a sequence; of several, what is in no column is dropped first (small letters,
  /// '.', '*'). Errors: bad_input, naming the row, where one is not as long as the first, or cannot be read; where
  /// there are more rows or columns than the limits allow.
  Encoded encode(std::string_view text) const override;
  std::vector<std::int32_t> encode_as_transformers(std::string_view text) const override;
  /// The same alignment, written in one way: for telling whether two are the same.
  std::string canonical(std::string_view text) const;

  /// Errors: bad_input, where rows are not equally long.
  AlignmentGrid grid(std::span<const std::int32_t> ids) const;
  /// The columns of the query.
  ResidueMap residue_map(std::span<const std::int32_t> ids) const override;
  /// An alignment of that many tokens, or the fewest more, with the widest rows: what grows with the square of the
  /// columns is largest then.
  std::vector<std::int32_t> example(std::int64_t tokens) const override;

  std::string_view transformers_class() const override { return rows_.transformers_class(); }
  std::vector<std::pair<std::string_view, std::int32_t>> transformers_tokens() const override {
    return rows_.transformers_tokens();
  }

 private:
  void check_limits(std::int64_t rows, std::int64_t columns) const;
  std::vector<std::int32_t> encode_row(std::string_view row, CleaningCounts& counts) const;

  EsmTokenizer rows_;
  AlignmentLimits limits_;
};

/// Of a checkpoint's own vocabulary, or the published one where that is empty. Errors: as EsmTokenizer's.
std::shared_ptr<const Tokenizer> alignment_tokenizer(const TokenizerFiles& files);

/// The tokenizer as one of alignments; null where it is another.
const AlignmentTokenizer* as_alignments(const Tokenizer& tokenizer) noexcept;
/// Tokens that a sequence's attention maps are over: those of an alignment's query, of any other all.
std::int64_t mapped_tokens(const Tokenizer& tokenizer, const ResidueMap& map);

}  // namespace groel::bio
