// The ESM vocabularies: turns residues into ids, by our own rules or exactly as Transformers does.
#pragma once

#include "bio/tokenizer.h"

namespace groel::bio {

/// A token for each residue, between <cls> and <eos>.
class EsmTokenizer final : public Tokenizer {
 public:
  /// The ESM-1b/1v/2 vocabulary.
  static EsmTokenizer esm();
  /// ESM3's and ESM C's: the same but for `|`, a break between chains, at 31; in a sequence `_` is <mask>, too.
  static EsmTokenizer esm3();
  /// Tokens in order of id (a `vocab.txt`), named `label` in errors; bad_model also when <cls>, <pad>, <eos>, <unk> or
  /// <mask> is missing.
  static EsmTokenizer from_vocabulary(std::vector<std::string> tokens, const std::string& label);

  /// White space is skipped, lower case read as upper case, `*` at the end dropped, a letter outside the vocabulary is
  /// one <unk>, special tokens in angle brackets (<mask>, <unk>, <null_1>) are one token each. <cls>, <eos>, <pad> and
  /// unknown names in brackets, and any other character that is no token, are bad_input naming it and its 1-based
  /// position; so is a sequence without residues. Positions count residues: white space counts nothing, a token in
  /// brackets counts one.
  Encoded encode(std::string_view sequence) const override;

  /// Exactly the ids of Transformers' slow EsmTokenizer with special tokens added: no upper-casing, a run of unknown
  /// characters is one <unk>, white space (Unicode's) separates and vanishes, every token of the vocabulary in the text
  /// is honoured, <cls> and <eos> too. `text` is UTF-8. Never an error: text without tokens is <cls> <eos>.
  std::vector<std::int32_t> encode_as_transformers(std::string_view text) const override;

  /// All tokens but a <cls> that comes first and an <eos> that comes last.
  ResidueMap residue_map(std::span<const std::int32_t> ids) const override;

  std::string_view transformers_class() const override { return "EsmTokenizer"; }
  std::vector<std::pair<std::string_view, std::int32_t>> transformers_tokens() const override;

 private:
  EsmTokenizer(std::vector<std::string> tokens, const std::string& label);
  Match match_brackets(std::string_view text, std::int64_t position) const;
  std::int32_t encode_character(char written, std::int64_t position, CleaningCounts& counts) const;
};

/// Of a checkpoint's own vocabulary, or the published one where that is empty. Errors: as from_vocabulary.
std::shared_ptr<const Tokenizer> esm_tokenizer(const TokenizerFiles& files);
std::shared_ptr<const Tokenizer> esm3_tokenizer(const TokenizerFiles& files);

}  // namespace groel::bio
