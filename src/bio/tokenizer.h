// Tokenizers: turn residues into the tokens that a model reads, and know which tokens represent which residues.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bio/residue_map.h"
#include "bio/text_form.h"
#include "bio/tokenizer_files.h"

namespace groel::bio {

/// What was changed or not understood while reading a sequence; counts are of characters.
struct CleaningCounts {
  std::int64_t lower_case = 0;     ///< letters read as upper case (those unknown even then are counted below as well)
  std::int64_t stars_dropped = 0;  ///< trailing '*' dropped
  std::int64_t unknown = 0;        ///< letters outside the vocabulary, each one the token for what is unknown
};

/// Ids of the tokens that have a meaning of their own, where a vocabulary has them.
struct Special {
  std::optional<std::int32_t> begin, end, mask, pad, unknown;
};

/// A sequence as a model reads it.
struct Encoded {
  std::vector<std::int32_t> ids;  ///< end tokens too, where the model has them
  ResidueMap map;
  CleaningCounts counts{};

  std::int64_t residues() const noexcept { return map.residues(); }
  std::int64_t tokens() const noexcept { return map.tokens(); }
  /// Id of the first token of a residue; residues count from 1.
  std::int32_t residue(std::int64_t position) const { return ids[static_cast<std::size_t>(map[position - 1].begin)]; }
  /// The tokens of all residues, without end tokens.
  std::span<const std::int32_t> residue_ids() const { return ids_of(0, residues()); }
  /// The tokens of residues [first, last), which count from 0.
  std::span<const std::int32_t> ids_of(std::int64_t first, std::int64_t last) const;
};

/// A vocabulary and its rules. Nothing but a tokenizer knows how many tokens a sequence has beside its residues', or
/// where they are: everything else asks it, or the maps that it makes.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  std::int32_t size() const noexcept { return static_cast<std::int32_t>(tokens_.size()); }
  /// Text of an id in [0, size()).
  const std::string& token(std::int32_t id) const { return tokens_.at(static_cast<std::size_t>(id)); }
  const std::vector<std::string>& tokens() const noexcept { return tokens_; }
  /// Id of a token, or -1.
  std::int32_t id(std::string_view token) const noexcept;
  const Special& special() const noexcept { return special_; }
  /// Whether a token stands for no residue: ends and padding. (What is masked or unknown does stand for one.)
  bool is_special(std::int32_t id) const noexcept {
    return id == special_.begin || id == special_.end || id == special_.pad;
  }
  /// Errors: unsupported, where the vocabulary has none.
  std::int32_t mask() const;

  /// By the command line's rules. Errors: bad_input, naming what is not understood and its 1-based position, and for a
  /// sequence without residues.
  virtual Encoded encode(std::string_view sequence) const = 0;
  /// As Transformers' tokenizer of this kind encodes `text` (UTF-8), special tokens added.
  virtual std::vector<std::int32_t> encode_as_transformers(std::string_view text) const = 0;
  /// The same for text that somebody typed, such as a prompt. Errors: bad_input, naming a character that no token
  /// covers and where it is.
  virtual std::vector<std::int32_t> encode_text(std::string_view text) const { return encode_as_transformers(text); }
  /// Text of ids in [0, size()), special tokens by their names; sound UTF-8.
  virtual std::string decode(std::span<const std::int32_t> ids) const;
  /// The same without tokens that are special: what Transformers gives with skip_special_tokens.
  virtual std::string decode_plain(std::span<const std::int32_t> ids) const;

  /// Of ids made elsewhere: by Transformers, or cut out of a sequence.
  virtual ResidueMap residue_map(std::span<const std::int32_t> ids) const = 0;
  /// What a model is given for a piece of a sequence: the tokens of its residues, with what belongs around them.
  virtual std::vector<std::int32_t> with_ends(std::span<const std::int32_t> residue_ids) const;
  /// Whether every residue of every sequence has one token, its own.
  virtual bool one_token_each() const { return true; }
  /// Tokens of a sequence of that many residues, end tokens too; the most there can be, where they vary.
  virtual std::int64_t token_count(std::int64_t residues) const { return residues + end_tokens(); }
  /// Residues of a sequence of that many tokens, end tokens too; the fewest there can be, where they vary.
  virtual std::int64_t residue_count(std::int64_t tokens) const;
  /// How many tokens with_ends adds.
  std::int64_t end_tokens() const noexcept { return end_tokens_; }
  /// Ids of some sequence of that many tokens, for looking at what it takes. Errors: bad_input, where there is none.
  virtual std::vector<std::int32_t> example(std::int64_t tokens) const;

  /// The same vocabulary, with proteins written in another way. Errors: unsupported, where there is one way alone.
  virtual std::shared_ptr<const Tokenizer> in_form(const TextForm& form) const;
  /// What it is made of: its family makes the same tokenizer of it again.
  virtual TokenizerFiles files() const;

  /// What Transformers calls this kind of tokenizer, and its special tokens ("cls_token"): for files that it reads.
  virtual std::string_view transformers_class() const = 0;
  virtual std::vector<std::pair<std::string_view, std::int32_t>> transformers_tokens() const = 0;

 protected:
  /// What tokens may be made of: printable ASCII without spaces, or any text that holds no control characters.
  enum class Characters { ascii, any };
  /// Tokens in order of id, named `label` in errors. Errors: bad_model, when one is empty, occurs twice or holds other
  /// characters.
  Tokenizer(std::vector<std::string> tokens, const std::string& label, Characters characters = Characters::ascii);
  Tokenizer(const Tokenizer&) = default;
  Tokenizer(Tokenizer&&) = default;
  Tokenizer& operator=(const Tokenizer&) = default;
  Tokenizer& operator=(Tokenizer&&) = default;

  struct Match {
    std::int32_t id = -1;  // -1: there is no token here
    std::size_t length = 0;
  };
  /// The longest token that `text` begins with.
  Match longest_match(std::string_view text) const noexcept;
  std::int32_t single(char c) const noexcept { return single_[static_cast<unsigned char>(c)]; }
  /// Another character for a token.
  void add_spelling(char c, std::int32_t id) { single_[static_cast<unsigned char>(c)] = id; }
  /// Tokens that begin and end a sequence are its end tokens, unless set_end_tokens says otherwise afterwards.
  void set_special(const Special& special);
  void set_end_tokens(std::int64_t count) { end_tokens_ = count; }

 private:
  std::vector<std::string> tokens_;
  std::array<std::int32_t, 256> single_{};  // id of a one-byte token, or -1
  std::vector<std::int32_t> longer_;        // ids of all other tokens, by their text
  Special special_;
  std::int64_t end_tokens_ = 0;
};

}  // namespace groel::bio
