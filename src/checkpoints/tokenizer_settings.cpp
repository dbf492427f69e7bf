// Tokens that were added to a vocabulary and tokens with names, from the four files that may hold them.
#include <algorithm>
#include <array>

#include "base/error.h"
#include "checkpoints/tokenizer_files.h"

namespace groel::checkpoints {
namespace {

using bio::AddedToken;
using nlohmann::json;

constexpr const char* kEndOfText = "<|endoftext|>";
// In the order in which Transformers gives ids to those that have none.
constexpr std::array<const char*, 7> kNames{"bos_token", "eos_token", "unk_token", "sep_token",
                                            "pad_token", "cls_token", "mask_token"};

bool is_set(const json& node, const char* field) { return node.is_object() && node.value(field, json()) == true; }

// "text", or an object with its content.
std::string content_of(const json& token) {
  if (token.is_string()) return token.get<std::string>();
  const json content = token.is_object() ? token.value("content", json()) : json();
  return content.is_string() ? content.get<std::string>() : std::string();
}

class SettingsReader {
 public:
  SettingsReader(const TokenizerSettings& read, bio::TokenizerFiles& out) : read_(read), out_(out) {}

  void add() {
    if (is_set(read_.config, "add_prefix_space")) refuse("add_prefix_space: a space put before text");
    out_.begins_with_bos = is_set(read_.config, "add_bos_token");
    add_with_ids();
    for (const json& file : {read_.config, read_.special}) name_tokens(file);
    name_by_default();
    require_all();
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw Error(ErrorKind::bad_model, {what, out_.label, {}}); }
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::unsupported, {"this tokenizer has " + what, out_.label, {}});
  }

  // Those of tokenizer_config.json are all; without them the older files have them.
  void add_with_ids() {
    if (const json& table = read_.config.is_object() ? read_.config.value("added_tokens_decoder", json()) : json();
        table.is_object()) {
      for (const auto& [id, token] : table.items()) add(id_of(id), token);
      return;
    }
    if (read_.added.is_object())
      for (const auto& [text, id] : read_.added.items()) add(id_of(id.dump()), {{"content", text}});
    const json list = read_.whole.is_object() ? read_.whole.value("added_tokens", json()) : json();
    if (list.is_array())
      for (const json& token : list) add(id_of(token.is_object() ? token.value("id", json()).dump() : ""), token);
  }

  std::int32_t id_of(const std::string& text) const {
    const bool digits = !text.empty() && text.size() < 8 &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    const int id = digits ? std::stoi(text) : 1 << 20;
    if (id >= 1 << 20) fail(fmt::format("'{}' is no id of an added token", text.substr(0, 40)));
    return id;
  }

  void add(std::int32_t id, const json& token) {
    const std::string text = content_of(token);
    if (text.empty()) fail(fmt::format("the added token {} has no text", id));
    if (is_set(token, "single_word")) refuse(fmt::format("'{}', which is only found as a word by itself", text));
    const auto at = static_cast<std::size_t>(id);
    if (at >= out_.tokens.size()) out_.tokens.resize(at + 1);
    if (!out_.tokens[at].empty() && out_.tokens[at] != text)
      fail(fmt::format("id {} is '{}' in the vocabulary and '{}' among the added tokens", id, out_.tokens[at], text));
    const bool apart = out_.tokens[at].empty();
    out_.tokens[at] = text;
    const AddedToken one{id, text, is_set(token, "special"), is_set(token, "lstrip"), is_set(token, "rstrip"), apart};
    const auto same =
        std::find_if(out_.added.begin(), out_.added.end(), [&](const AddedToken& a) { return a.id == id; });
    if (same == out_.added.end()) out_.added.push_back(one);
  }

  // One that has a name is special, and is given the next id where it has none.
  void make_special(const json& token) {
    const std::string text = content_of(token);
    const auto same =
        std::find_if(out_.added.begin(), out_.added.end(), [&](const AddedToken& one) { return one.text == text; });
    if (same != out_.added.end()) {
      same->special = true;
      return;
    }
    const auto found = std::find(out_.tokens.begin(), out_.tokens.end(), text);
    json whole = token.is_object() ? token : json{{"content", text}};
    whole["special"] = true;
    add(static_cast<std::int32_t>(found - out_.tokens.begin()), whole);
  }

  void name_tokens(const json& file) {
    if (!file.is_object()) return;
    for (const char* const name : kNames)
      if (const json token = file.value(name, json()); !content_of(token).empty()) {
        out_.named[name] = content_of(token);
        make_special(token);
      }
    if (const json more = file.value("additional_special_tokens", json()); more.is_array())
      for (const json& token : more)
        if (!content_of(token).empty()) make_special(token);
  }

  // GPT-2's own files name nothing.
  void name_by_default() {
    if (std::find(out_.tokens.begin(), out_.tokens.end(), kEndOfText) == out_.tokens.end()) return;
    for (const char* const name : {"bos_token", "eos_token", "unk_token"}) out_.named.try_emplace(name, kEndOfText);
    make_special(kEndOfText);
  }

  void require_all() const {
    const auto missing = std::find(out_.tokens.begin(), out_.tokens.end(), "");
    if (missing != out_.tokens.end())
      fail(fmt::format("no token has the id {}, and there are ids up to {}", missing - out_.tokens.begin(),
                       out_.tokens.size() - 1));
  }

  const TokenizerSettings& read_;
  bio::TokenizerFiles& out_;
};

}  // namespace

void add_settings(const TokenizerSettings& settings, bio::TokenizerFiles& out) { SettingsReader(settings, out).add(); }

}  // namespace groel::checkpoints
