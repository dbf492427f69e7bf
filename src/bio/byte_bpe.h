// Byte-level byte-pair encoding, as GPT-2 and the protein models made like it have it (ProtGPT2, ZymCTRL).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bio/byte_vocabulary.h"
#include "bio/tokenizer.h"

namespace groel::bio {

/// Several residues share a token. A protein is a text: in document form `<|endoftext|>`, a line break, lines of 60
/// residues, a line break and `<|endoftext|>`, which is how ProtGPT2 was trained; in_form gives others.
class ByteBpe final : public Tokenizer {
 public:
  /// Errors: bad_model, for merges that do not fit the vocabulary and what else is wrong with either.
  explicit ByteBpe(const TokenizerFiles& files);

  /// White space is skipped, lower case read as upper case, `*` at the end dropped; anything but letters is bad_input
  /// naming it and its 1-based position, and so is a sequence without residues. The map says which token holds each
  /// residue; tokens of line breaks and of the text around hold none.
  Encoded encode(std::string_view sequence) const override;

  /// Exactly the ids of Transformers' slow GPT2Tokenizer: added tokens are found first, whatever is around them; the
  /// rest is cut by GPT-2's pattern and merged. A byte without a token is the unknown token.
  std::vector<std::int32_t> encode_as_transformers(std::string_view text) const override;
  std::vector<std::int32_t> encode_text(std::string_view text) const override;

  /// Bytes that are not UTF-8, as in half of a character, become U+FFFD. Nothing is put between tokens, and no spaces
  /// are taken off.
  std::string decode(std::span<const std::int32_t> ids) const override;
  std::string decode_plain(std::span<const std::int32_t> ids) const override;

  /// Every letter of a token that is not an added one is a residue.
  ResidueMap residue_map(std::span<const std::int32_t> ids) const override;
  /// With the text of the form around them.
  std::vector<std::int32_t> with_ends(std::span<const std::int32_t> residue_ids) const override;
  bool one_token_each() const override { return false; }
  /// At most: every residue and every line break a token of its own.
  std::int64_t token_count(std::int64_t residues) const override;
  /// As many as fit for certain.
  std::int64_t residue_count(std::int64_t tokens) const override;

  std::shared_ptr<const Tokenizer> in_form(const TextForm& form) const override;
  const TextForm& form() const noexcept { return form_; }
  /// With the beginning and end tokens of this vocabulary, if it has them, and with lines if it has line breaks.
  TextForm document_form() const;

  TokenizerFiles files() const override;
  std::string_view transformers_class() const override { return "GPT2Tokenizer"; }
  std::vector<std::pair<std::string_view, std::int32_t>> transformers_tokens() const override;

 private:
  std::optional<std::int32_t> named(const std::string& name) const;
  void set_form(const TextForm& form);
  char residue_of(char written, std::int64_t position, CleaningCounts& counts) const;
  std::string cleaned(std::string_view sequence, CleaningCounts& counts) const;
  std::string written(std::string_view residues) const;
  ResidueMap map_of(std::span<const std::int32_t> ids, std::size_t residues) const;
  std::vector<std::int32_t> ids_of(std::string_view text) const;
  void require_covered(std::string_view text, std::span<const std::int32_t> ids) const;
  std::string bytes_of(std::int32_t id) const;

  std::shared_ptr<const ByteVocabulary> vocabulary_;
  std::map<std::string, std::string> named_;  // "bos_token" and its text
  bool begins_with_bos_ = false;
  TextForm form_;
  std::vector<std::int32_t> before_, after_;  // the ids of what the form has around residues
  std::size_t letters_before_ = 0;            // characters in `before_` that are no white space, added tokens aside
};

/// `files` without tokens: a vocabulary of `<|endoftext|>` and the 256 bytes. Errors: as ByteBpe's.
std::shared_ptr<const Tokenizer> byte_bpe_tokenizer(const TokenizerFiles& files);

/// The files of a tokenizer with one token more, at the end, which Transformers knows as `name` ("pad_token"). What the
/// vocabulary has already is given that name alone.
TokenizerFiles with_added_token(TokenizerFiles files, const std::string& text, const std::string& name);

}  // namespace groel::bio
