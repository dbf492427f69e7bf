// Texts, their ids and what the ids decode to, as Transformers' slow GPT2Tokenizer has them.
#include "base/error.h"
#include "bio/byte_bpe.h"
#include "checkpoints/tokenizer_files.h"
#include "golden/kind.h"

namespace groel::golden {
namespace {

using nlohmann::json;

// Of a model's case, or of a folder that holds a tokenizer alone.
json texts_of(const Case& golden) {
  const json& inputs = golden.inputs();
  return inputs.is_object() && inputs.contains("tokenizer") ? inputs["tokenizer"] : golden.json("texts.json");
}

bool knows(const Case& golden) {
  return golden.holds("vocab.json") && golden.holds("merges.txt") && texts_of(golden).is_array();
}

// The first difference of each kind, and how many there are.
class Differences {
 public:
  explicit Differences(std::string name) : name_(std::move(name)) {}
  void add(const json& got, const json& expected, const std::string& text) {
    ++compared_;
    if (got == expected) return;
    if (wrong_++ == 0) first_ = fmt::format("{} gives {}, not {}", json(text).dump(), got.dump(), expected.dump());
  }
  void write(Rows& rows) const {
    const std::string name = fmt::format("{} of {} texts", name_, compared_);
    rows.exact(name, wrong_ == 0 ? "" : fmt::format("{} differ: {}", wrong_, first_));
  }

 private:
  std::string name_, first_;
  std::size_t compared_ = 0, wrong_ = 0;
};

void check(const Case& golden, Rows& rows) {
  const auto tokenizer =
      bio::byte_bpe_tokenizer(checkpoints::read_tokenizer_files(golden.folder(), models::Vocabulary::byte_pairs));
  Differences ids("ids"), decoded("decoding"), plain("decoding without special tokens");
  for (const json& one : texts_of(golden)) {
    const std::string text = one.at("text");
    const std::vector<std::int32_t> got = tokenizer->encode_as_transformers(text);
    ids.add(got, one.at("ids"), text);
    decoded.add(tokenizer->decode(got), one.value("decoded", text), text);
    if (one.contains("decoded_skip_special"))
      plain.add(tokenizer->decode_plain(got), one["decoded_skip_special"], text);
  }
  ids.write(rows);
  decoded.write(rows);
  plain.write(rows);
}

}  // namespace

Kind tokenizer_kind() { return {"tokenizer", knows, check}; }

}  // namespace groel::golden
