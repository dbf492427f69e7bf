// The files of a tokenizer: which ones there are, and vocabularies and merges as lines and as JSON.
#include "checkpoints/tokenizer_files.h"

#include <sstream>

#include "base/error.h"
#include "base/folders.h"
#include "base/text_file.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxTokens = std::size_t{1} << 20;

[[noreturn]] void fail(const std::string& what, const std::string& where, const std::string& remedy = {}) {
  throw Error(ErrorKind::bad_model, {what, where, remedy});
}

json read_if_there(const fs::path& file) { return is_there(file) ? read_json(file) : json(); }

// One token per line, in order of id; empty lines at the end are none.
bio::TokenizerFiles read_lines(const fs::path& file) {
  bio::TokenizerFiles out{.tokens = {}, .label = file.string()};
  if (!is_there(file)) return out;
  std::istringstream stream(read_text(file));
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    out.tokens.push_back(std::move(line));
    if (out.tokens.size() > kMaxTokens) fail("more than 2^20 tokens", out.label);
  }
  while (!out.tokens.empty() && out.tokens.back().empty()) out.tokens.pop_back();
  if (out.tokens.empty()) fail("the vocabulary has no tokens", out.label);
  return out;
}

bio::TokenizerFiles read_byte_pairs(const fs::path& folder) {
  bio::TokenizerFiles out;
  const fs::path vocabulary = folder / "vocab.json", merges = folder / "merges.txt", whole = folder / "tokenizer.json";
  const TokenizerSettings settings{read_if_there(folder / "tokenizer_config.json"),
                                   read_if_there(folder / "special_tokens_map.json"),
                                   read_if_there(folder / "added_tokens.json"), read_if_there(whole)};
  if (is_there(vocabulary)) {
    if (!is_there(merges)) fail("there is a vocab.json, and no merges.txt beside it", folder.string());
    out.label = vocabulary.string();
    out.tokens = tokens_of(read_json(vocabulary), out.label);
    read_merges(read_text(merges), merges.string(), out);
  } else if (!settings.whole.is_null()) {
    read_tokenizer_json(settings.whole, whole.string(), out);
  } else {
    return out;
  }
  add_settings(settings, out);
  return out;
}

// Words at single spaces, as a merge is written.
bool split_merge(const std::string& line, bio::MergedPair& pair) {
  const std::size_t space = line.find(' ');
  if (space == 0 || space == std::string::npos || space + 1 == line.size()) return false;
  if (line.find(' ', space + 1) != std::string::npos) return false;
  pair = {line.substr(0, space), line.substr(space + 1)};
  return true;
}

}  // namespace

std::vector<std::string> tokens_of(const json& vocabulary, const std::string& label) {
  if (!vocabulary.is_object() || vocabulary.empty()) fail("the vocabulary is no JSON object of tokens and ids", label);
  std::vector<std::string> tokens;
  for (const auto& [token, id] : vocabulary.items()) {
    if (token.empty()) fail("a token of the vocabulary is empty", label);
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= kMaxTokens)
      fail(fmt::format("the id of '{}' is {}, no whole number below 2^20", token, id.dump().substr(0, 40)), label);
    const auto at = id.get<std::size_t>();
    if (at >= tokens.size()) tokens.resize(at + 1);
    if (!tokens[at].empty()) fail(fmt::format("'{}' and '{}' both have the id {}", tokens[at], token, at), label);
    tokens[at] = token;
  }
  return tokens;
}

void read_merges(const std::string& text, const std::string& label, bio::TokenizerFiles& out) {
  out.merges_label = label;
  std::istringstream stream(text);
  std::size_t number = 0, blank = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (number == 1 && line.starts_with("#version")) continue;
    if (out.merges.empty()) out.merges_line = number;
    if (line.empty() && blank == 0) blank = number;
    if (line.empty()) continue;
    bio::MergedPair pair;
    if (blank > 0) fail("an empty line among the merges", fmt::format("{}:{}", label, blank));
    if (!split_merge(line, pair)) fail("not two tokens with a space between them", fmt::format("{}:{}", label, number));
    out.merges.push_back(std::move(pair));
    if (out.merges.size() > kMaxTokens) fail("more than 2^20 merges", label);
  }
}

bio::TokenizerFiles read_tokenizer_files(const fs::path& folder, models::Vocabulary kind) {
  return kind == models::Vocabulary::lines ? read_lines(folder / "vocab.txt") : read_byte_pairs(folder);
}

}  // namespace groel::checkpoints
