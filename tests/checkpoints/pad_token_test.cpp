// A padding token that is added: what grows, what stays, what is written, what is refused.
#include "checkpoints/pad_token.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/text_file.h"
#include "checkpoints/load.h"
#include "checkpoints/saved_model.h"
#include "checkpoints/tensors.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/golden.h"

namespace groel::checkpoints {
namespace {

const std::filesystem::path kGpt2 = testing::data("gpt2-tiny");

Checkpoint padded(NewRow row) {
  Checkpoint out = read_checkpoint(kGpt2);
  EXPECT_TRUE(add_pad_token(out, "<pad>", row, 42));
  return out;
}

Tensor table_of(const Checkpoint& checkpoint) {
  return copied(checkpoint.arrays.at("transformer.wte.weight"), DType::f32);
}

Tensor logits_of(const Checkpoint& checkpoint) {
  const LoadedModel loaded = load_model(checkpoint, ops::Precision::f32);
  const std::vector<std::vector<std::int32_t>> ids{{0, 199, 46, 406, 282, 267, 301}};
  const auto batch = models::Batch::pack(ids, loaded.model->tokenizer());
  return models::require<models::CausalLm>(*loaded.model)
      .logits(models::require<models::Encoder>(*loaded.model).encode(batch, {}));
}

TEST(PadToken, EveryOtherTokenKeepsItsLogits) {
  const Tensor before = logits_of(read_checkpoint(kGpt2)), after = logits_of(padded(NewRow::mean));
  ASSERT_EQ(after.size(1), 508);
  for (std::int64_t r = 0; r < before.size(0); ++r) {
    double sum = 0;
    for (std::int64_t c = 0; c < 507; ++c) {
      EXPECT_NEAR(after.data<float>()[r * 508 + c], before.data<float>()[r * 507 + c], 2e-6);
      sum += before.data<float>()[r * 507 + c];
    }
    EXPECT_NEAR(after.data<float>()[r * 508 + 507], sum / 507, 2e-3) << "that of the new token is the others' mean";
  }
}

// Columns of the new row against the mean: far off by 1e-4.5 of their deviation, if the draw is as it should be.
TEST(PadToken, TheMeanRowIsDrawnCloseAroundTheMean) {
  const Tensor before = table_of(read_checkpoint(kGpt2)), after = table_of(padded(NewRow::mean));
  double squares = 0;
  for (std::int64_t c = 0; c < 48; ++c) {
    double mean = 0, square = 0;
    for (std::int64_t r = 0; r < 507; ++r) mean += before.data<float>()[r * 48 + c] / 507.0;
    for (std::int64_t r = 0; r < 507; ++r) square += std::pow(before.data<float>()[r * 48 + c] - mean, 2) / 507;
    const double away = (after.data<float>()[507 * 48 + c] - mean) / std::sqrt(square * 1e-9);
    EXPECT_LT(std::abs(away), 5);
    squares += away * away / 48;
  }
  EXPECT_GT(squares, 0.4);
  EXPECT_LT(squares, 1.9);
}

TEST(PadToken, ADrawnRowHasTheDeviationOfNewWeights) {
  const Tensor row = table_of(padded(NewRow::drawn));
  double square = 0;
  for (std::int64_t c = 0; c < 48; ++c) square += std::pow(row.data<float>()[507 * 48 + c], 2) / 48;
  EXPECT_NEAR(std::sqrt(square), 0.02, 0.008);
}

TEST(PadToken, FoldersHaveItWhereTransformersLooks) {
  const testing::TemporaryFolder folder;
  const Checkpoint checkpoint = padded(NewRow::mean);
  write_model(folder.path(), saved_copy(checkpoint, tokenizer_of(checkpoint)->files(), DType::f32), {});
  const auto config = read_json(folder.path() / "config.json");
  EXPECT_EQ(config["vocab_size"], 508);
  EXPECT_EQ(config["pad_token_id"], 507);
  EXPECT_EQ(read_json(folder.path() / "added_tokens.json"), nlohmann::json({{"<pad>", 507}}));
  EXPECT_EQ(read_json(folder.path() / "vocab.json").size(), 507U);
  EXPECT_EQ(read_json(folder.path() / "special_tokens_map.json")["pad_token"], "<pad>");
  EXPECT_EQ(read_json(folder.path() / "tokenizer_config.json")["added_tokens_decoder"]["507"]["content"], "<pad>");
  const LoadedModel loaded = load_model(folder.path());
  EXPECT_EQ(loaded.model->info().vocabulary, 508);
  EXPECT_EQ(loaded.model->tokenizer().special().pad, 507);
  EXPECT_EQ(loaded.model->tokenizer().encode_text("MKT<pad>").back(), 507);
}

// Older files hold the tied head's table, too: both grow alike.
TEST(PadToken, ACopyOfATiedTableGrowsTheSame) {
  Checkpoint old = read_checkpoint(kGpt2 / "pytorch_model.bin");
  old.arrays["lm_head.weight"] = old.arrays.at("transformer.wte.weight");
  EXPECT_TRUE(add_pad_token(old, "<pad>", NewRow::mean, 42));
  EXPECT_EQ(load_model(old, ops::Precision::f32).model->info().vocabulary, 508);
}

TEST(PadToken, ASpecialTokenThatIsThereIsOnlyNamed) {
  Checkpoint checkpoint = read_checkpoint(kGpt2);
  EXPECT_FALSE(add_pad_token(checkpoint, "<|endoftext|>", NewRow::mean, 1));
  EXPECT_EQ(checkpoint.config["vocab_size"], 507);
  EXPECT_EQ(checkpoint.config["pad_token_id"], 0);
  EXPECT_EQ(table_of(checkpoint).size(0), 507);
}

TEST(PadToken, RefusesWhatIsNone) {
  const auto refused = [](const char* text, const std::string& what, const std::filesystem::path& model = kGpt2) {
    Checkpoint checkpoint = read_checkpoint(model);
    const Error error = testing::error_of([&] { add_pad_token(checkpoint, text, NewRow::mean, 1); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
  };
  refused("", "is no token");
  refused("a b", "is no token");
  refused("M", "a token of proteins");
  refused("<pad>", "vocabulary of its own", testing::data("esm2-tiny"));
  Checkpoint checkpoint = padded(NewRow::mean);
  const Error error = testing::error_of([&] { add_pad_token(checkpoint, "<other>", NewRow::mean, 1); });
  EXPECT_NE(std::string(error.what()).find("'<pad>'"), std::string::npos) << error.what();
}

}  // namespace
}  // namespace groel::checkpoints
