// What the files beside a model's weights say of its tokenizer: the vocabulary, merges, tokens that were added.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace groel::bio {

/// A token that is found in text before anything else is looked at.
struct AddedToken {
  std::int32_t id = 0;
  std::string text;
  bool special = true;       ///< left out by who decodes without special tokens
  bool strips_left = false;  ///< white space before it goes with it
  bool strips_right = false;
  bool apart = false;  ///< it came after the vocabulary was made: added_tokens.json has it, and not vocab.json
};

/// A pair of tokens that becomes one.
using MergedPair = std::pair<std::string, std::string>;

/// Everything that makes a tokenizer again.
struct TokenizerFiles {
  std::vector<std::string> tokens{};  ///< in order of id, those that were added too; empty: the family's own vocabulary
  std::string label{};                ///< what errors call the vocabulary
  std::vector<MergedPair> merges{};   ///< of byte-pair encodings, the first first
  std::string merges_label{};
  std::size_t merges_line = 1;  ///< of the first pair in that file; 0: it has no lines
  std::vector<AddedToken> added{};
  std::map<std::string, std::string> named{};  ///< "bos_token" and its text
  bool begins_with_bos = false;                ///< what Transformers encodes begins with the bos token
};

}  // namespace groel::bio
