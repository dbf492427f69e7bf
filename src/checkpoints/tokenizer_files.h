// Reads and writes what a model folder holds of a tokenizer.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "bio/tokenizer.h"
#include "models/family.h"

namespace groel::checkpoints {

/// No tokens where there is no vocabulary. Of `lines`: vocab.txt. Of `byte_pairs`: vocab.json with merges.txt, or else
/// tokenizer.json; and tokens that were added or have names, of tokenizer_config.json, special_tokens_map.json,
/// added_tokens.json and tokenizer.json, as Transformers' GPT2Tokenizer takes them. Errors: bad_model with file and
/// line; unsupported, for what would give other ids than Transformers'.
bio::TokenizerFiles read_tokenizer_files(const std::filesystem::path& folder, models::Vocabulary kind);

/// Writes vocab.txt, or vocab.json and merges.txt (tokens that came later in added_tokens.json); tokenizer_config.json
/// and special_tokens_map.json. Errors: io.
void write_tokenizer_files(const std::filesystem::path& folder, const bio::Tokenizer& tokenizer,
                           models::Vocabulary kind);
/// vocab.txt alone, of tokens that no family knows.
void write_token_lines(const std::filesystem::path& folder, const std::vector<std::string>& tokens);

/// What the files beside the vocabulary hold; null for those that are not there.
struct TokenizerSettings {
  nlohmann::json config{};   ///< tokenizer_config.json
  nlohmann::json special{};  ///< special_tokens_map.json
  nlohmann::json added{};    ///< added_tokens.json
  nlohmann::json whole{};    ///< tokenizer.json
};

/// A vocab.json: ids of tokens, none twice; those that are missing are empty. Errors: bad_model naming `label`.
std::vector<std::string> tokens_of(const nlohmann::json& vocabulary, const std::string& label);
/// Fills in merges of a merges.txt. Errors: bad_model with the line.
void read_merges(const std::string& text, const std::string& label, bio::TokenizerFiles& out);
/// Of a tokenizer.json: vocabulary and merges. Errors: bad_model; unsupported, for what is no byte-level BPE.
void read_tokenizer_json(const nlohmann::json& whole, const std::string& label, bio::TokenizerFiles& out);
/// Adds tokens and names; checks that every id has a token. Errors: bad_model; unsupported.
void add_settings(const TokenizerSettings& settings, bio::TokenizerFiles& out);

}  // namespace groel::checkpoints
