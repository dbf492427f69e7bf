// The 33-token ESM vocabulary: residues to ids, as users write them and exactly as Transformers does.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace groel::bio {

/// What was changed or not understood while reading a sequence; counts are of characters.
struct CleaningCounts {
  std::int64_t lower_case = 0;     ///< letters read as upper case
  std::int64_t stars_dropped = 0;  ///< trailing '*' dropped
  std::int64_t unknown = 0;        ///< letters outside the vocabulary, each one <unk>
};

/// A vocabulary of single-character residues and <special> tokens.
class Tokenizer {
 public:
  /// The ESM-1b/1v/2 vocabulary.
  static Tokenizer esm();
  /// Tokens in order of id (a `vocab.txt`); bad_model when a special token is missing or one stands twice.
  static Tokenizer from_vocabulary(std::vector<std::string> tokens, const std::string& label);

  std::int32_t size() const noexcept { return static_cast<std::int32_t>(tokens_.size()); }
  const std::string& token(std::int32_t id) const { return tokens_.at(static_cast<std::size_t>(id)); }
  const std::vector<std::string>& tokens() const noexcept { return tokens_; }
  /// Id of a token, or -1.
  std::int32_t id(std::string_view token) const noexcept;
  std::int32_t cls() const noexcept { return cls_; }
  std::int32_t pad() const noexcept { return pad_; }
  std::int32_t eos() const noexcept { return eos_; }
  std::int32_t unk() const noexcept { return unk_; }
  std::int32_t mask() const noexcept { return mask_; }
  /// <cls>, <pad>, <eos>: tokens that stand for no residue. (<mask> and <unk> do stand for one.)
  bool is_special(std::int32_t id) const noexcept { return id == cls_ || id == pad_ || id == eos_; }

  struct Encoded {
    std::vector<std::int32_t> ids;  ///< <cls> residues… <eos>
    CleaningCounts counts;
    std::int64_t residues() const noexcept { return static_cast<std::int64_t>(ids.size()) - 2; }
  };
  /// The command line's rules: white space is skipped, lower case read as upper case, `*` at the end dropped, a letter
  /// outside the vocabulary is one <unk>, special tokens in angle brackets (<mask>, <unk>, …) are one token each;
  /// <cls>, <eos>, <pad> inside the text and any other character are bad_input naming 1-based position (in residues as
  /// written) and character; so is a sequence without residues.
  Encoded encode(std::string_view sequence) const;

  /// Exactly the ids of Transformers' slow EsmTokenizer with special tokens added: no upper-casing, a run of unknown
  /// characters is one <unk>, white space vanishes, special tokens in the text are honoured.
  std::vector<std::int32_t> encode_as_transformers(std::string_view text) const;

  /// Residue letters ("<mask>" for specials) of ids, for messages.
  std::string decode(std::span<const std::int32_t> ids) const;

 private:
  std::vector<std::string> tokens_;
  std::int32_t cls_ = -1, pad_ = -1, eos_ = -1, unk_ = -1, mask_ = -1;
};

}  // namespace groel::bio
