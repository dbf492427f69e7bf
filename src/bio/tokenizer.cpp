// The ESM vocabulary, and residues to ids by the command line's rules.
#include "bio/tokenizer.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/error.h"

namespace groel::bio {
namespace {

constexpr std::string_view kMask = "<mask>";

// What ESM-1b, ESM-1v and ESM-2 share: B, U, Z and O are the rare residue codes, '.' and '-' the gaps of alignments.
std::vector<std::string> esm_tokens(const char* at_31) {
  std::vector<std::string> tokens{"<cls>", "<pad>", "<eos>", "<unk>"};
  for (const char letter : std::string_view("LAGVSERTIDPKQNFYMHWCXBUZO.-")) tokens.emplace_back(1, letter);
  tokens.emplace_back(at_31);
  tokens.emplace_back(kMask);
  return tokens;
}

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) noexcept { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_visible(char c) noexcept { return c > 0x20 && c < 0x7f; }
char to_upper(char c) noexcept { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

std::string printable(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f ? std::string(1, c) : fmt::format("\\x{:02X}", byte);
}

// What a user meant as one token: "<foo>", or the bracket alone when nothing closes it soon.
std::string bracketed(std::string_view text) {
  constexpr std::size_t kLongestName = 16;
  const std::size_t end = text.substr(0, kLongestName).find('>');
  std::string out;
  for (const char c : text.substr(0, end == std::string_view::npos ? 1 : end + 1)) out += printable(c);
  return out;
}

[[noreturn]] void refuse(std::int64_t position, const std::string& text, std::string_view why, std::string remedy) {
  throw Error(ErrorKind::bad_input,
              {fmt::format("position {} is '{}', {}", position, text, why), {}, std::move(remedy)});
}

// The sequence without white space and `*` at its end; every star is counted.
std::string_view without_stars(std::string_view sequence, CleaningCounts& counts) {
  while (!sequence.empty() && (sequence.back() == '*' || is_space(sequence.back()))) {
    if (sequence.back() == '*') ++counts.stars_dropped;
    sequence.remove_suffix(1);
  }
  return sequence;
}

}  // namespace

Tokenizer Tokenizer::esm() { return from_vocabulary(esm_tokens("<null_1>"), "the ESM vocabulary"); }
Tokenizer Tokenizer::esm3() { return from_vocabulary(esm_tokens("|"), "the ESM3 vocabulary"); }

Tokenizer Tokenizer::from_vocabulary(std::vector<std::string> tokens, const std::string& label) {
  std::unordered_set<std::string_view> seen;
  Tokenizer out;
  out.single_.fill(-1);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string& token = tokens[i];
    if (token.empty())
      throw Error(ErrorKind::bad_model, {fmt::format("token {} of the vocabulary is empty", i), label, {}});
    if (!std::all_of(token.begin(), token.end(), is_visible))
      throw Error(ErrorKind::bad_model,
                  {fmt::format("token {} of the vocabulary is not printable ASCII", i), label, {}});
    if (!seen.insert(token).second)
      throw Error(ErrorKind::bad_model, {fmt::format("'{}' stands twice in the vocabulary", token), label, {}});
    const auto id = static_cast<std::int32_t>(i);
    if (token.size() == 1)
      out.single_[static_cast<unsigned char>(token[0])] = id;
    else
      out.longer_.push_back(id);
  }
  out.tokens_ = std::move(tokens);
  const std::pair<std::string_view, std::int32_t*> specials[] = {
      {"<cls>", &out.cls_}, {"<pad>", &out.pad_}, {"<eos>", &out.eos_}, {"<unk>", &out.unk_}, {kMask, &out.mask_}};
  for (const auto& [name, slot] : specials) {
    *slot = out.id(name);
    if (*slot < 0) throw Error(ErrorKind::bad_model, {fmt::format("the vocabulary has no {}", name), label, {}});
  }
  // ESM3's own code reads `_` as <mask>; its vocabulary is the one with a token for breaks between chains.
  if (std::int32_t& underscore = out.single_['_']; underscore < 0 && out.id("|") >= 0) underscore = out.mask_;
  return out;
}

std::int32_t Tokenizer::id(std::string_view token) const noexcept {
  if (token.size() == 1) return single_[static_cast<unsigned char>(token[0])];
  for (const std::int32_t candidate : longer_)
    if (tokens_[static_cast<std::size_t>(candidate)] == token) return candidate;
  return -1;
}

Tokenizer::Match Tokenizer::longest_match(std::string_view text) const noexcept {
  Match best;
  if (text.empty()) return best;
  const std::int32_t single = single_[static_cast<unsigned char>(text[0])];
  if (single >= 0) best = {single, 1};
  for (const std::int32_t candidate : longer_) {
    const std::string& token = tokens_[static_cast<std::size_t>(candidate)];
    if (token.size() > best.length && text.starts_with(token)) best = {candidate, token.size()};
  }
  return best;
}

// `text` starts at '<'.
Tokenizer::Match Tokenizer::match_brackets(std::string_view text, std::int64_t position) const {
  const Match match = longest_match(text);
  if (match.id < 0)
    refuse(position, bracketed(text), "which is not a token of this model",
           "write a masked residue as <mask> and an unknown one as X");
  if (is_special(match.id))
    refuse(position, token(match.id), "which is not a residue", "leave it out: GroEL adds <cls> and <eos> itself");
  return match;
}

std::int32_t Tokenizer::encode_character(char written, std::int64_t position, CleaningCounts& counts) const {
  const char c = to_upper(written);
  const std::int32_t found = single_[static_cast<unsigned char>(c)];
  if (!is_letter(c)) {
    if (found < 0)
      refuse(position, printable(written), "which is not an amino acid",
             written == '*' ? "a stop codon inside: split the sequence there or take it out"
                            : "write an unknown residue as X and a masked one as <mask>");
    return found;
  }
  if (is_lower(written)) ++counts.lower_case;
  if (found >= 0) return found;
  ++counts.unknown;
  return unk_;
}

Tokenizer::Encoded Tokenizer::encode(std::string_view sequence) const {
  Encoded out;
  std::string_view rest = without_stars(sequence, out.counts);
  out.ids.reserve(rest.size() + 2);
  out.ids.push_back(cls_);
  while (!rest.empty()) {
    std::size_t used = 1;
    const auto position = static_cast<std::int64_t>(out.ids.size());
    if (rest[0] == '<') {
      const Match match = match_brackets(rest, position);
      out.ids.push_back(match.id);
      used = match.length;
    } else if (!is_space(rest[0])) {
      out.ids.push_back(encode_character(rest[0], position, out.counts));
    }
    rest.remove_prefix(used);
  }
  if (out.ids.size() == 1) throw Error(ErrorKind::bad_input, "the sequence is empty");
  out.ids.push_back(eos_);
  return out;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
  std::string out;
  for (const std::int32_t id : ids) {
    GROEL_REQUIRE(id >= 0 && id < size());
    out += token(id);
  }
  return out;
}

}  // namespace groel::bio
