// Tokenizers in files: the forms that are read, what is written, and what is wrong with those that are not read.
#include "checkpoints/tokenizer_files.h"

#include <gtest/gtest.h>

#include "base/text_file.h"
#include "bio/byte_bpe.h"
#include "support/byte_pairs.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/golden.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;
using models::Vocabulary;
using nlohmann::json;
using testing::TemporaryFolder;

bio::ByteBpe read(const fs::path& folder) { return bio::ByteBpe(read_tokenizer_files(folder, Vocabulary::byte_pairs)); }

// A folder with the files of a small tokenizer, to change.
class TokenizerFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    const bio::ByteBpe tokenizer(
        bio::with_added_token(testing::byte_pairs({{"M", "K"}, {"MK", "T"}}), "<pad>", "pad_token"));
    write_tokenizer_files(path(), tokenizer, Vocabulary::byte_pairs);
  }
  const fs::path& path() const { return folder_.path(); }
  void write(const char* name, const std::string& text) const { write_text(path() / name, text); }
  void change(const char* name, const std::function<void(json&)>& change) const {
    json file = read_json(path() / name);
    change(file);
    write(name, file.dump());
  }
  void expect_error(ErrorKind kind, const std::string& what) const {
    const Error error = testing::error_of([&] { read(path()); });
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
  }
  void expect_bad(const std::string& what) const { expect_error(ErrorKind::bad_model, what); }

 private:
  TemporaryFolder folder_;
};

TEST_F(TokenizerFolder, IsReadAsItWasWritten) {
  const bio::ByteBpe tokenizer = read(path());
  EXPECT_EQ(tokenizer.size(), 260);
  EXPECT_EQ(tokenizer.special().pad, 259);
  EXPECT_EQ(tokenizer.special().begin, 0);
  EXPECT_EQ(tokenizer.encode_text("MKT<pad>"), (std::vector<std::int32_t>{258, 259}));
  EXPECT_EQ(read_json(path() / "tokenizer_config.json")["tokenizer_class"], "GPT2Tokenizer");
  EXPECT_EQ(read_json(path() / "tokenizer_config.json")["added_tokens_decoder"]["259"]["content"], "<pad>");
  EXPECT_EQ(read_json(path() / "special_tokens_map.json")["pad_token"], "<pad>");
  EXPECT_EQ(read_text(path() / "merges.txt"), "#version: 0.2\nM K\nMK T\n");
}

TEST_F(TokenizerFolder, OlderFilesHaveAddedTokensElsewhere) {
  change("vocab.json", [](json& file) { file.erase("<pad>"); });
  fs::remove(path() / "tokenizer_config.json");
  write("special_tokens_map.json", R"({"pad_token": {"content": "<pad>", "lstrip": false}})");
  EXPECT_EQ(read(path()).special().pad, 259) << "it is given the next id";
  write("added_tokens.json", R"({"<sep>": 259, "<pad>": 260})");
  const bio::ByteBpe tokenizer = read(path());
  EXPECT_EQ(tokenizer.special().pad, 260);
  EXPECT_EQ(tokenizer.decode_plain(std::vector<std::int32_t>{259, 260}), "<sep>") << "it is not special";
}

TEST_F(TokenizerFolder, ATokenizerJsonIsEnough) {
  json whole = {{"added_tokens", {{{"id", 0}, {"content", "<|endoftext|>"}, {"special", true}}}},
                {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
                {"model", {{"type", "BPE"}, {"vocab", read_json(path() / "vocab.json")}, {"merges", {"M K", "MK T"}}}}};
  for (const char* const file : {"vocab.json", "merges.txt"}) fs::remove(path() / file);
  write("tokenizer.json", whole.dump());
  EXPECT_EQ(read(path()).encode_text("MKT<pad>"), (std::vector<std::int32_t>{258, 259}));
  whole["model"]["merges"] = json::array({json::array({"M", "K"})});
  write("tokenizer.json", whole.dump());
  EXPECT_EQ(read(path()).encode_text("MKT").size(), 2U);
  const auto refused = [&](const char* at, const json& value, const std::string& what) {
    json changed = whole;
    changed[json::json_pointer(at)] = value;
    write("tokenizer.json", changed.dump());
    expect_error(ErrorKind::unsupported, what);
  };
  refused("/model/type", "WordLevel", "a model of type \"WordLevel\"");
  refused("/pre_tokenizer/type", "Whitespace", "another way of cutting text");
  refused("/pre_tokenizer/use_regex", false, "without GPT-2's pattern");
  refused("/normalizer", {{"type", "NFKC"}}, "a normalizer");
  refused("/model/byte_fallback", true, "byte_fallback");
  whole["model"]["merges"] = {"M K", "MKT"};
  write("tokenizer.json", whole.dump());
  expect_bad("tokenizer.json: merge 2 is no pair of tokens");
}

TEST_F(TokenizerFolder, BrokenVocabulariesAreNamed) {
  const std::string good = read_text(path() / "vocab.json");
  write("vocab.json", good.substr(0, 100));
  expect_bad("vocab.json: not valid JSON: ");
  write("vocab.json", "[]");
  expect_bad("no JSON object of tokens and ids");
  const auto with = [&](const char* token, const json& id) {
    write("vocab.json", good);
    change("vocab.json", [&](json& file) { file[token] = id; });
  };
  with("MK", 258);
  expect_bad("'MK' and 'MKT' both have the id 258");
  with("MK", 300);
  expect_bad("no token has the id 257, and there are ids up to 300");
  with("MK", -1);
  expect_bad("the id of 'MK' is -1");
  with("MK", 1.5);
  expect_bad("the id of 'MK' is 1.5");
  with("MK", 1 << 20);
  expect_bad("no whole number below 2^20");
  fs::remove(path() / "vocab.json");
  EXPECT_TRUE(read_tokenizer_files(path(), Vocabulary::byte_pairs).tokens.empty());
}

TEST_F(TokenizerFolder, BrokenMergesAreNamedByLine) {
  write("merges.txt", "#version: 0.2\nM K\nMKT\n");
  expect_bad("merges.txt:3: not two tokens with a space between them");
  write("merges.txt", "#version: 0.2\nM K\nM K T\n");
  expect_bad("merges.txt:3: not two tokens");
  write("merges.txt", "#version: 0.2\n\nM K\n");
  expect_bad("merges.txt:2: an empty line among the merges");
  write("merges.txt", "#version: 0.2\nM K\nM V\n");
  expect_bad("merges.txt:3: 'M V' cannot be merged: the vocabulary has no 'MV'");
  write("merges.txt", "M K\r\nMK T\r\n\r\n");
  EXPECT_EQ(read(path()).encode_text("MKT").size(), 1U) << "no version, other line ends, no matter";
  fs::remove(path() / "merges.txt");
  expect_bad("no merges.txt beside it");
}

TEST_F(TokenizerFolder, SettingsThatWouldGiveOtherIdsAreRefused) {
  const json good = read_json(path() / "tokenizer_config.json");
  const auto with = [&](const char* at, const json& value) {
    json changed = good;
    changed[json::json_pointer(at)] = value;
    write("tokenizer_config.json", changed.dump());
  };
  with("/add_prefix_space", true);
  expect_error(ErrorKind::unsupported, "a space put before text");
  with("/added_tokens_decoder/259/single_word", true);
  expect_error(ErrorKind::unsupported, "only found as a word by itself");
  with("/added_tokens_decoder/257", {{"content", "<x>"}});
  expect_bad("id 257 is 'MK' in the vocabulary and '<x>' among the added tokens");
  with("/added_tokens_decoder/2x", {{"content", "<x>"}});
  expect_bad("'2x' is no id of an added token");
  with("/add_bos_token", true);
  EXPECT_EQ(read(path()).encode_text("MKT"), (std::vector<std::int32_t>{0, 258}));
}

// Of the published files: what is written gives the same ids, and so does tokenizer.json made of them.
TEST(ProtGpt2, IsReadWrittenAndReadAgain) {
  const bio::ByteBpe first = read(testing::data("protgpt2-tokenizer"));
  EXPECT_EQ(first.size(), 50257);
  EXPECT_EQ(first.special().begin, 0);
  const TemporaryFolder folder;
  write_tokenizer_files(folder.path(), first, Vocabulary::byte_pairs);
  const bio::ByteBpe second = read(folder.path());
  EXPECT_EQ(second.tokens(), first.tokens());
  EXPECT_EQ(second.files().merges, first.files().merges);
  for (const json& one : read_json(testing::data("protgpt2-tokenizer") / "texts.json"))
    EXPECT_EQ(json(second.encode_as_transformers(one["text"].get<std::string>())), one["ids"]) << one["text"];
}

}  // namespace
}  // namespace groel::checkpoints
