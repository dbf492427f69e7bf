// What all tokenizers share: the vocabulary, and adding the start and end tokens to a piece of a sequence.
#include "bio/tokenizer.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"

namespace groel::bio {
namespace {

bool is_printable_ascii(char c) noexcept { return c > 0x20 && c < 0x7f; }

void check(const std::string& token, std::size_t id, bool ascii, const std::string& label) {
  std::string_view problem;
  if (token.empty())
    problem = "empty";
  else if (ascii && !std::all_of(token.begin(), token.end(), is_printable_ascii))
    problem = "not printable ASCII";
  else if (!ascii && !is_text(token))
    problem = "not UTF-8, or holds control characters";
  if (!problem.empty())
    throw Error(ErrorKind::bad_model, {fmt::format("token {} of the vocabulary is {}", id, problem), label, {}});
}

[[noreturn]] void twice(std::string_view token, const std::string& label) {
  throw Error(ErrorKind::bad_model, {fmt::format("'{}' occurs twice in the vocabulary", token), label, {}});
}

}  // namespace

std::span<const std::int32_t> Encoded::ids_of(std::int64_t first, std::int64_t last) const {
  if (first >= last) return {};
  const std::int64_t begin = map[first].begin, end = map[last - 1].end;
  return std::span(ids).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

Tokenizer::Tokenizer(std::vector<std::string> tokens, const std::string& label, Characters characters)
    : tokens_(std::move(tokens)) {
  single_.fill(-1);
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const std::string& token = tokens_[i];
    check(token, i, characters == Characters::ascii, label);
    const auto id = static_cast<std::int32_t>(i);
    if (token.size() != 1)
      longer_.push_back(id);
    else if (std::exchange(single_[static_cast<unsigned char>(token[0])], id) >= 0)
      twice(token, label);
  }
  const auto text = [this](std::int32_t id) -> std::string_view { return tokens_[static_cast<std::size_t>(id)]; };
  std::sort(longer_.begin(), longer_.end(), [&](std::int32_t a, std::int32_t b) { return text(a) < text(b); });
  const auto same = std::adjacent_find(longer_.begin(), longer_.end(),
                                       [&](std::int32_t a, std::int32_t b) { return text(a) == text(b); });
  if (same != longer_.end()) twice(text(*same), label);
}

void Tokenizer::set_special(const Special& special) {
  special_ = special;
  end_tokens_ = (special.begin ? 1 : 0) + (special.end ? 1 : 0);
}

std::int32_t Tokenizer::id(std::string_view token) const noexcept {
  if (token.size() == 1) return single(token[0]);
  const auto text = [this](std::int32_t id) -> std::string_view { return tokens_[static_cast<std::size_t>(id)]; };
  const auto found = std::lower_bound(longer_.begin(), longer_.end(), token,
                                      [&](std::int32_t id, std::string_view wanted) { return text(id) < wanted; });
  return found != longer_.end() && text(*found) == token ? *found : -1;
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

std::string Tokenizer::decode_plain(std::span<const std::int32_t> ids) const {
  std::vector<std::int32_t> kept;
  for (const std::int32_t id : ids)
    if (!is_special(id)) kept.push_back(id);
  return decode(kept);
}

std::vector<std::int32_t> Tokenizer::with_ends(std::span<const std::int32_t> residue_ids) const {
  std::vector<std::int32_t> out;
  out.reserve(residue_ids.size() + static_cast<std::size_t>(end_tokens_));
  if (special_.begin) out.push_back(*special_.begin);
  out.insert(out.end(), residue_ids.begin(), residue_ids.end());
  if (special_.end) out.push_back(*special_.end);
  return out;
}

std::shared_ptr<const Tokenizer> Tokenizer::in_form(const TextForm&) const {
  throw Error(ErrorKind::unsupported,
              {"this model reads residues and no text: there is one way to write them", {}, {}});
}

TokenizerFiles Tokenizer::files() const {
  TokenizerFiles out{.tokens = tokens_};
  for (const auto& [name, id] : transformers_tokens()) {
    out.named[std::string(name)] = token(id);
    out.added.push_back({.id = id, .text = token(id)});
  }
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
