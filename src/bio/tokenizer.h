// The 33-token ESM vocabulary: residues to ids, as users write them and exactly as Transformers does.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace groel::bio {

/// What was changed or not understood while reading a sequence; counts are of characters.
struct CleaningCounts {
  std::int64_t lower_case = 0;     ///< letters read as upper case (those unknown even then are counted below as well)
  std::int64_t stars_dropped = 0;  ///< trailing '*' dropped
  std::int64_t unknown = 0;        ///< letters outside the vocabulary, each one <unk>
};

/// A vocabulary of single-character residues and <special> tokens.
class Tokenizer {
 public:
  /// The ESM-1b/1v/2 vocabulary.
  static Tokenizer esm();
  /// ESM3's and ESM C's: the same but for `|`, a break between chains, at 31; in a sequence `_` is <mask>, too.
  static Tokenizer esm3();
  /// Tokens in order of id (a `vocab.txt`), named `label` in errors; bad_model when <cls>, <pad>, <eos>, <unk> or
  /// <mask> is missing, or a token is empty, stands twice or holds anything but printable ASCII without spaces.
  static Tokenizer from_vocabulary(std::vector<std::string> tokens, const std::string& label);

  std::int32_t size() const noexcept { return static_cast<std::int32_t>(tokens_.size()); }
  /// Text of an id in [0, size()).
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
  /// outside the vocabulary is one <unk>, special tokens in angle brackets (<mask>, <unk>, <null_1>) are one token
  /// each. <cls>, <eos>, <pad> and unknown names in brackets, and any other character that is no token, are bad_input
  /// naming it and its 1-based position; so is a sequence without residues. Positions count residues: white space
  /// counts nothing, a token in brackets counts one; position p is ids[p].
  Encoded encode(std::string_view sequence) const;

  /// Exactly the ids of Transformers' slow EsmTokenizer with special tokens added: no upper-casing, a run of unknown
  /// characters is one <unk>, white space (Unicode's) separates and vanishes, every token of the vocabulary in the text
  /// is honoured, <cls> and <eos> too. `text` is UTF-8. Never an error: text without tokens is <cls> <eos>.
  std::vector<std::int32_t> encode_as_transformers(std::string_view text) const;

  /// Residue letters ("<mask>" for specials) of ids in [0, size()), for messages.
  std::string decode(std::span<const std::int32_t> ids) const;

 private:
  struct Match {
    std::int32_t id = -1;  // -1: no token stands here
    std::size_t length = 0;
  };
  Match longest_match(std::string_view text) const noexcept;
  Match match_brackets(std::string_view text, std::int64_t position) const;
  std::int32_t encode_character(char written, std::int64_t position, CleaningCounts& counts) const;

  std::vector<std::string> tokens_;
  std::array<std::int32_t, 256> single_{};  // id of a one-byte token, or -1
  std::vector<std::int32_t> longer_;        // ids of all other tokens
  std::int32_t cls_ = -1, pad_ = -1, eos_ = -1, unk_ = -1, mask_ = -1;
};

}  // namespace groel::bio
