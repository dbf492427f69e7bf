// Finds the tokens in text that were added to a vocabulary, before anything else is looked at.
#pragma once

#include <bitset>
#include <string_view>
#include <vector>

#include "bio/tokenizer_files.h"

namespace groel::bio {

class AddedTokens {
 public:
  AddedTokens() = default;
  explicit AddedTokens(std::vector<AddedToken> tokens);

  struct Found {
    std::size_t at;                     ///< where the text before it ends
    const AddedToken* token = nullptr;  ///< null: there is none, and `at` is the text's end
    std::size_t rest;                   ///< where what comes after it begins
  };
  /// The first one; of several at one place the longest.
  Found first_in(std::string_view text) const noexcept;
  /// The token of that id, or null.
  const AddedToken* of(std::int32_t id) const noexcept;
  const std::vector<AddedToken>& all() const noexcept { return tokens_; }

 private:
  std::vector<AddedToken> tokens_;  // the longest first
  std::bitset<256> firsts_;         // bytes that one begins with
};

}  // namespace groel::bio
