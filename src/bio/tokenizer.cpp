// What all tokenizers share: the vocabulary, and adding the start and end tokens to a piece of a sequence.
#include "bio/tokenizer.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"

namespace groel::bio {
namespace {

bool is_visible(char c) noexcept { return c > 0x20 && c < 0x7f; }

}  // namespace

std::span<const std::int32_t> Encoded::ids_of(std::int64_t first, std::int64_t last) const {
  if (first >= last) return {};
  const std::int64_t begin = map[first].begin, end = map[last - 1].end;
  return std::span(ids).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

Tokenizer::Tokenizer(std::vector<std::string> tokens, const std::string& label) {
  std::unordered_set<std::string_view> seen;
  single_.fill(-1);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string& token = tokens[i];
    if (token.empty())
      throw Error(ErrorKind::bad_model, {fmt::format("token {} of the vocabulary is empty", i), label, {}});
    if (!std::all_of(token.begin(), token.end(), is_visible))
      throw Error(ErrorKind::bad_model,
                  {fmt::format("token {} of the vocabulary is not printable ASCII", i), label, {}});
    if (!seen.insert(token).second)
      throw Error(ErrorKind::bad_model, {fmt::format("'{}' occurs twice in the vocabulary", token), label, {}});
    const auto id = static_cast<std::int32_t>(i);
    if (token.size() == 1)
      single_[static_cast<unsigned char>(token[0])] = id;
    else
      longer_.push_back(id);
  }
  tokens_ = std::move(tokens);
}

void Tokenizer::set_special(const Special& special) {
  special_ = special;
  end_tokens_ = (special.begin ? 1 : 0) + (special.end ? 1 : 0);
}

std::int32_t Tokenizer::id(std::string_view token) const noexcept {
  if (token.size() == 1) return single(token[0]);
  for (const std::int32_t candidate : longer_)
    if (tokens_[static_cast<std::size_t>(candidate)] == token) return candidate;
  return -1;
}

Tokenizer::Match Tokenizer::longest_match(std::string_view text) const noexcept {
  Match best;
  if (text.empty()) return best;
  if (const std::int32_t one = single(text[0]); one >= 0) best = {one, 1};
  for (const std::int32_t candidate : longer_) {
    const std::string& token = tokens_[static_cast<std::size_t>(candidate)];
    if (token.size() > best.length && text.starts_with(token)) best = {candidate, token.size()};
  }
  return best;
}

std::int32_t Tokenizer::mask() const {
  if (!special_.mask)
    throw Error(ErrorKind::unsupported, {"this model's vocabulary has no token for what is masked", {}, {}});
  return *special_.mask;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
  std::string out;
  for (const std::int32_t id : ids) {
    GROEL_REQUIRE(id >= 0 && id < size());
    out += token(id);
  }
  return out;
}

std::vector<std::int32_t> Tokenizer::with_ends(std::span<const std::int32_t> residue_ids) const {
  std::vector<std::int32_t> out;
  out.reserve(residue_ids.size() + static_cast<std::size_t>(end_tokens_));
  if (special_.begin) out.push_back(*special_.begin);
  out.insert(out.end(), residue_ids.begin(), residue_ids.end());
  if (special_.end) out.push_back(*special_.end);
  return out;
}

std::int64_t Tokenizer::residue_count(std::int64_t tokens) const {
  return std::max<std::int64_t>(0, tokens - end_tokens_);
}

std::vector<std::int32_t> Tokenizer::example(std::int64_t tokens) const {
  if (tokens <= end_tokens_) throw Error(ErrorKind::bad_input, "the sequence is empty");
  const std::int32_t one = encode("A").residue(1);
  return with_ends(std::vector<std::int32_t>(static_cast<std::size_t>(tokens - end_tokens_), one));
}

}  // namespace groel::bio
