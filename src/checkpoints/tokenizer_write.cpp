// Writes a tokenizer so that Transformers and GroEL read the same one back.
#include <map>

#include "base/text_file.h"
#include "checkpoints/tokenizer_files.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string indented(const ordered_json& json) { return json.dump(2) + "\n"; }

std::string tokenizer_config(const bio::Tokenizer& tokenizer, const bio::TokenizerFiles& files,
                             models::Vocabulary kind) {
  std::map<std::int32_t, ordered_json> tokens;
  for (const bio::AddedToken& token : files.added)
    tokens[token.id] = {{"content", token.text},        {"lstrip", token.strips_left}, {"normalized", false},
                        {"rstrip", token.strips_right}, {"single_word", false},        {"special", token.special}};
  ordered_json added = ordered_json::object();
  for (const auto& [id, token] : tokens) added[std::to_string(id)] = token;
  std::map<std::string, ordered_json> config = {{"added_tokens_decoder", added},
                                                {"clean_up_tokenization_spaces", true},
                                                {"model_max_length", 1e30},
                                                {"tokenizer_class", tokenizer.transformers_class()}};
  if (kind == models::Vocabulary::byte_pairs) {
    config["add_bos_token"] = files.begins_with_bos;
    config["add_prefix_space"] = false;
    config["errors"] = "replace";
  }
  for (const auto& [name, token] : files.named) config[name] = token;
  return indented(config);
}

std::string merges_of(const bio::TokenizerFiles& files) {
  std::string text = "#version: 0.2\n";
  for (const auto& [left, right] : files.merges) text += left + " " + right + "\n";
  return text;
}

// Of those that came later (`apart`), or of all others.
std::string vocabulary_of(const bio::TokenizerFiles& files, bool apart) {
  std::vector<bool> later(files.tokens.size());
  for (const bio::AddedToken& token : files.added) later[static_cast<std::size_t>(token.id)] = token.apart;
  ordered_json out = ordered_json::object();
  auto& object = out.get_ref<ordered_json::object_t&>();
  for (std::size_t id = 0; id < files.tokens.size(); ++id)
    if (later[id] == apart) object.emplace_back(files.tokens[id], id);  // none is there twice
  return out.empty() ? std::string() : out.dump() + "\n";
}

}  // namespace

void write_token_lines(const fs::path& folder, const std::vector<std::string>& tokens) {
  std::string text;
  for (const std::string& token : tokens) text += (text.empty() ? "" : "\n") + token;
  write_text(folder / "vocab.txt", text);
}

void write_tokenizer_files(const fs::path& folder, const bio::Tokenizer& tokenizer, models::Vocabulary kind) {
  const bio::TokenizerFiles files = tokenizer.files();
  if (kind == models::Vocabulary::lines) {
    write_token_lines(folder, files.tokens);
  } else {
    write_text(folder / "vocab.json", vocabulary_of(files, false));
    if (const std::string later = vocabulary_of(files, true); !later.empty())
      write_text(folder / "added_tokens.json", later);
    write_text(folder / "merges.txt", merges_of(files));
  }
  write_text(folder / "tokenizer_config.json", tokenizer_config(tokenizer, files, kind));
  write_text(folder / "special_tokens_map.json", indented(std::map<std::string, std::string>(files.named)));
}

}  // namespace groel::checkpoints
