// The ESM vocabulary, and the command line's rules that turn residues into ids.
#include "bio/esm_tokenizer.h"

#include <string>
#include <utility>

#include "base/error.h"
#include "bio/sequence_text.h"

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

// What a user meant as one token: "<foo>", or the bracket alone when nothing closes it soon.
std::string bracketed(std::string_view text) {
  constexpr std::size_t kLongestName = 16;
  const std::size_t end = text.substr(0, kLongestName).find('>');
  std::string out;
  for (const char c : text.substr(0, end == std::string_view::npos ? 1 : end + 1)) out += shown(c);
  return out;
}

}  // namespace

EsmTokenizer EsmTokenizer::esm() { return from_vocabulary(esm_tokens("<null_1>"), "the ESM vocabulary"); }
EsmTokenizer EsmTokenizer::esm3() { return from_vocabulary(esm_tokens("|"), "the ESM3 vocabulary"); }

EsmTokenizer EsmTokenizer::from_vocabulary(std::vector<std::string> tokens, const std::string& label) {
  return EsmTokenizer(std::move(tokens), label);
}

EsmTokenizer::EsmTokenizer(std::vector<std::string> tokens, const std::string& label)
    : Tokenizer(std::move(tokens), label) {
  Special special;
  const std::pair<std::string_view, std::optional<std::int32_t>*> named[] = {{"<cls>", &special.begin},
                                                                             {"<pad>", &special.pad},
                                                                             {"<eos>", &special.end},
                                                                             {"<unk>", &special.unknown},
                                                                             {kMask, &special.mask}};
  for (const auto& [name, slot] : named) {
    *slot = id(name);
    if (**slot < 0) throw Error(ErrorKind::bad_model, {fmt::format("the vocabulary has no {}", name), label, {}});
  }
  set_special(special);
  // ESM3's own code reads `_` as <mask>; its vocabulary is the one with a token for breaks between chains.
  if (single('_') < 0 && id("|") >= 0) add_spelling('_', *special.mask);
}

std::vector<std::pair<std::string_view, std::int32_t>> EsmTokenizer::transformers_tokens() const {
  return {{"cls_token", *special().begin},
          {"eos_token", *special().end},
          {"mask_token", *special().mask},
          {"pad_token", *special().pad},
          {"unk_token", *special().unknown}};
}

ResidueMap EsmTokenizer::residue_map(std::span<const std::int32_t> ids) const {
  TokenSpan run{0, static_cast<std::int64_t>(ids.size())};
  if (run.begin < run.end && ids.front() == special().begin) ++run.begin;
  if (run.begin < run.end && ids.back() == special().end) --run.end;
  return {run, static_cast<std::int64_t>(ids.size())};
}

// `text` starts at '<'.
EsmTokenizer::Match EsmTokenizer::match_brackets(std::string_view text, std::int64_t position) const {
  const Match match = longest_match(text);
  if (match.id < 0)
    refuse(position, bracketed(text), "which is not a token of this model",
           "write a masked residue as <mask> and an unknown one as X");
  if (is_special(match.id))
    refuse(position, token(match.id), "which is not a residue", "leave it out: GroEL adds <cls> and <eos> itself");
  return match;
}

std::int32_t EsmTokenizer::encode_character(char written, std::int64_t position, CleaningCounts& counts) const {
  const char c = to_upper(written);
  const std::int32_t found = single(c);
  if (!is_letter(c)) {
    if (found < 0)
      refuse(position, shown(written), "which is not an amino acid",
             written == '*' ? "a stop codon inside: split the sequence there or take it out"
                            : "write an unknown residue as X and a masked one as <mask>");
    return found;
  }
  if (is_lower(written)) ++counts.lower_case;
  if (found >= 0) return found;
  ++counts.unknown;
  return *special().unknown;
}

Encoded EsmTokenizer::encode(std::string_view sequence) const {
  Encoded out;
  std::string_view rest = without_stars(sequence, out.counts);
  out.ids.reserve(rest.size() + 2);
  out.ids.push_back(*special().begin);
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
  out.ids.push_back(*special().end);
  const auto tokens = static_cast<std::int64_t>(out.ids.size());
  out.map = ResidueMap({1, tokens - 1}, tokens);
  return out;
}

std::shared_ptr<const Tokenizer> esm_tokenizer(const TokenizerFiles& files) {
  return std::make_shared<const EsmTokenizer>(
      files.tokens.empty() ? EsmTokenizer::esm() : EsmTokenizer::from_vocabulary(files.tokens, files.label));
}

std::shared_ptr<const Tokenizer> esm3_tokenizer(const TokenizerFiles& files) {
  return std::make_shared<const EsmTokenizer>(
      files.tokens.empty() ? EsmTokenizer::esm3() : EsmTokenizer::from_vocabulary(files.tokens, files.label));
}

}  // namespace groel::bio
