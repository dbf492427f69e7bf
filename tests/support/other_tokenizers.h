// Tokenizers that are not like ESM's: nothing but a tokenizer may know how residues become tokens.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "bio/tokenizer.h"

namespace groel::testing {

inline constexpr std::string_view kLetters = "ACDEFGHIKLMNPQRSTVWY";

/// A token for each residue and nothing around them, as a causal model may have it.
class BareTokenizer final : public bio::Tokenizer {
 public:
  BareTokenizer() : Tokenizer(vocabulary(), "the bare vocabulary") {
    set_special({.begin = {}, .end = {}, .mask = id("<hidden>"), .pad = {}, .unknown = {}});
  }

  bio::Encoded encode(std::string_view sequence) const override {
    bio::Encoded out;
    for (const char letter : sequence) {
      if (single(letter) < 0) throw Error(ErrorKind::bad_input, fmt::format("'{}' is no residue", letter));
      out.ids.push_back(single(letter));
    }
    if (out.ids.empty()) throw Error(ErrorKind::bad_input, "the sequence is empty");
    out.map = residue_map(out.ids);
    return out;
  }
  std::vector<std::int32_t> encode_as_transformers(std::string_view text) const override { return encode(text).ids; }
  bio::ResidueMap residue_map(std::span<const std::int32_t> ids) const override {
    const auto count = static_cast<std::int64_t>(ids.size());
    return {bio::TokenSpan{0, count}, count};
  }
  std::string_view transformers_class() const override { return "BareTokenizer"; }
  std::vector<std::pair<std::string_view, std::int32_t>> transformers_tokens() const override {
    return {{"mask_token", mask()}};
  }

 private:
  static std::vector<std::string> vocabulary() {
    std::vector<std::string> out;
    for (const char letter : kLetters) out.emplace_back(1, letter);
    out.emplace_back("<hidden>");
    return out;
  }
};

/// Two residues share a token, the last of an odd number has its own; one token comes before them.
class PairTokenizer final : public bio::Tokenizer {
 public:
  PairTokenizer() : Tokenizer(vocabulary(), "the vocabulary of pairs") {
    set_special({.begin = 0, .end = {}, .mask = {}, .pad = {}, .unknown = {}});
  }

  bio::Encoded encode(std::string_view sequence) const override {
    bio::Encoded out{{0}, {}};
    for (std::size_t at = 0; at < sequence.size(); at += 2) out.ids.push_back(id(sequence.substr(at, 2)));
    if (out.ids.size() == 1) throw Error(ErrorKind::bad_input, "the sequence is empty");
    out.map = residue_map(out.ids);
    return out;
  }
  std::vector<std::int32_t> encode_as_transformers(std::string_view text) const override { return encode(text).ids; }
  bio::ResidueMap residue_map(std::span<const std::int32_t> ids) const override {
    std::vector<bio::TokenSpan> spans;
    for (std::size_t t = 0; t < ids.size(); ++t)
      for (std::size_t i = 0; ids[t] != 0 && i < token(ids[t]).size(); ++i)
        spans.push_back({static_cast<std::int64_t>(t), static_cast<std::int64_t>(t) + 1});
    return {std::move(spans), static_cast<std::int64_t>(ids.size())};
  }
  bool one_token_each() const override { return false; }
  std::int64_t token_count(std::int64_t residues) const override { return 1 + (residues + 1) / 2; }
  std::int64_t residue_count(std::int64_t tokens) const override { return tokens > 1 ? 2 * (tokens - 1) - 1 : 0; }
  std::string_view transformers_class() const override { return "PairTokenizer"; }
  std::vector<std::pair<std::string_view, std::int32_t>> transformers_tokens() const override {
    return {{"bos_token", 0}};
  }

 private:
  static std::vector<std::string> vocabulary() {
    std::vector<std::string> out{"<start>"};
    for (const char a : kLetters) out.emplace_back(1, a);
    for (const char a : kLetters)
      for (const char b : kLetters) out.push_back({a, b});
    return out;
  }
};

}  // namespace groel::testing
