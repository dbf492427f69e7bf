// Feeds arbitrary text as the files of a byte-level tokenizer, and encodes text with whatever comes of them.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "base/text_file.h"
#include "bio/byte_bpe.h"
#include "checkpoints/tokenizer_files.h"
#include "guarded.h"

namespace {

using namespace groel;

// The files come one after the other, with a byte 0x1F between them.
struct Parts {
  std::string vocabulary, merges, settings, text;
};
Parts parts_of(std::string_view text) {
  Parts out;
  for (std::string* const part : {&out.vocabulary, &out.merges, &out.settings, &out.text}) {
    const std::size_t end = text.find('\x1F');
    *part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

nlohmann::json json_of(const std::string& text) {
  return text.empty() ? nlohmann::json() : parse_json(text, "settings");
}

// What is encoded is decoded to what it was, where all bytes have tokens.
void round_trip(const bio::ByteBpe& tokenizer, const std::string& text) {
  for (const std::int32_t id : tokenizer.encode_as_transformers(text))
    if (id < 0 || id >= tokenizer.size()) std::abort();
  fuzz::guarded([&] { (void)tokenizer.decode(tokenizer.encode(text).ids); });
  for (const bio::AddedToken& added : tokenizer.files().added)
    if (added.strips_left || added.strips_right) return;
  fuzz::guarded([&] {
    const auto ids = tokenizer.encode_text(text);
    const bool begins = !ids.empty() && tokenizer.files().begins_with_bos && tokenizer.special().begin;
    const std::string sound = tokenizer.decode(std::span(ids).subspan(begins ? 1 : 0));
    const bool utf8 = text.find("\xEF\xBF\xBD") == std::string::npos && sound.find("\xEF\xBF\xBD") == std::string::npos;
    if (utf8 && sound != text) std::abort();
    if (tokenizer.residue_map(ids).tokens() != static_cast<std::int64_t>(ids.size())) std::abort();
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const Parts parts = parts_of(input);
  fuzz::guarded([&] {
    bio::TokenizerFiles files{.label = "vocab.json"};
    const nlohmann::json json = parse_json(parts.vocabulary, "vocab.json");
    checkpoints::TokenizerSettings beside{json_of(parts.settings), {}, {}, {}};
    if (json.contains("model")) {
      checkpoints::read_tokenizer_json(json, "tokenizer.json", files);
      beside.whole = json;
    } else {
      files.tokens = checkpoints::tokens_of(json, "vocab.json");
      checkpoints::read_merges(parts.merges, "merges.txt", files);
    }
    checkpoints::add_settings(beside, files);
    round_trip(bio::ByteBpe(files), parts.text);
  });
  fuzz::guarded([&] { round_trip(bio::ByteBpe(bio::with_added_token({}, "x", "pad_token")), input); });
  static const auto bytes = bio::byte_bpe_tokenizer({});
  round_trip(dynamic_cast<const bio::ByteBpe&>(*bytes), input);
  return 0;
}
