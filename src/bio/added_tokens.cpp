// Looks for added tokens byte by byte: there are few of them.
#include "bio/added_tokens.h"

#include <algorithm>

#include "bio/sequence_text.h"

namespace groel::bio {

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::stable_sort(tokens_.begin(), tokens_.end(),
                   [](const AddedToken& a, const AddedToken& b) { return a.text.size() > b.text.size(); });
  for (const AddedToken& token : tokens_) firsts_.set(static_cast<unsigned char>(token.text.at(0)));
}

AddedTokens::Found AddedTokens::first_in(std::string_view text) const noexcept {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!firsts_[static_cast<unsigned char>(text[at])]) continue;
    const std::string_view here = text.substr(at);
    const auto token =
        std::find_if(tokens_.begin(), tokens_.end(), [&](const AddedToken& one) { return here.starts_with(one.text); });
    if (token == tokens_.end()) continue;
    std::size_t rest = at + token->text.size(), end = at;
    while (token->strips_left && end > 0 && is_space(text[end - 1])) --end;
    while (token->strips_right && rest < text.size() && is_space(text[rest])) ++rest;
    return {end, &*token, rest};
  }
  return {text.size(), nullptr, text.size()};
}

const AddedToken* AddedTokens::of(std::int32_t id) const noexcept {
  const auto found =
      std::find_if(tokens_.begin(), tokens_.end(), [&](const AddedToken& token) { return token.id == id; });
  return found == tokens_.end() ? nullptr : &*found;
}

}  // namespace groel::bio
