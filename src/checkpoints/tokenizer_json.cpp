// tokenizer.json, as Hugging Face's tokenizers write it: byte-level BPE, and a plain word on everything else.
#include "base/error.h"
#include "checkpoints/tokenizer_files.h"

namespace groel::checkpoints {
namespace {

using nlohmann::json;

constexpr const char* kRemedy = "GroEL reads byte-level BPE as GPT-2 has it";

class TokenizerJson {
 public:
  TokenizerJson(const json& whole, const std::string& label) : whole_(whole), label_(label) {}

  void read(bio::TokenizerFiles& out) const {
    const json model = part(whole_, "model");
    if (!model.is_object()) fail("there is no 'model' in it");
    require_gpt2(model);
    require_byte_level(part(whole_, "pre_tokenizer"));
    if (!part(whole_, "normalizer").is_null()) refuse("a normalizer, which changes text before it is cut");
    out.label = out.merges_label = label_;
    out.merges_line = 0;
    out.tokens = tokens_of(part(model, "vocab"), label_);
    const json merges = part(model, "merges");
    if (!merges.is_array()) fail("there are no 'merges' in it");
    for (const json& merge : merges) out.merges.push_back(pair_of(merge, out.merges.size()));
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw Error(ErrorKind::bad_model, {what, label_, {}}); }
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::unsupported, {"this tokenizer has " + what, label_, kRemedy});
  }

  static json part(const json& node, const char* name) {
    return node.is_object() && node.contains(name) ? node[name] : json();
  }

  void require_gpt2(const json& model) const {
    const json type = part(model, "type");
    if (!type.is_null() && type != "BPE") refuse("a model of type " + type.dump().substr(0, 40));
    for (const char* const field : {"continuing_subword_prefix", "end_of_word_suffix", "dropout"})
      if (const json value = part(model, field); !value.is_null() && value != "" && value != 0)
        refuse(fmt::format("{} {}", field, value.dump().substr(0, 40)));
    for (const char* const field : {"byte_fallback", "ignore_merges"})
      if (part(model, field) == true) refuse(std::string(field));
  }

  void require_byte_level(const json& cutter) const {
    const json parts = part(cutter, "type") == "Sequence" ? part(cutter, "pretokenizers") : json::array({cutter});
    if (!parts.is_array() || parts.size() != 1 || part(parts[0], "type") != "ByteLevel")
      refuse("another way of cutting text than GPT-2's: " + cutter.dump().substr(0, 80));
    if (part(parts[0], "use_regex") == false) refuse("byte-level letters without GPT-2's pattern");
    if (part(parts[0], "add_prefix_space") == true) refuse("a space put before text");
  }

  bio::MergedPair pair_of(const json& merge, std::size_t rank) const {
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
      return {merge[0].get<std::string>(), merge[1].get<std::string>()};
    const std::string text = merge.is_string() ? merge.get<std::string>() : std::string();
    const std::size_t space = text.find(' ');
    if (space == std::string::npos || space == 0 || space + 1 == text.size() ||
        text.find(' ', space + 1) != std::string::npos)
      fail(fmt::format("merge {} is no pair of tokens", rank + 1));
    return {text.substr(0, space), text.substr(space + 1)};
  }

  const json& whole_;
  const std::string& label_;
};

}  // namespace

void read_tokenizer_json(const json& whole, const std::string& label, bio::TokenizerFiles& out) {
  TokenizerJson(whole, label).read(out);
}

}  // namespace groel::checkpoints
