// Weights that make results overflow: the record fails with an error that names the layer, and no NaN is written.
#include <nlohmann/json.hpp>

#include "support/overflow.h"
#include "support/program.h"

namespace groel::testing {
namespace {

using nlohmann::json;

// "L" of the vocabulary is token 4; W is 22.
const Overflow kTryptophan{"esm.embeddings.word_embeddings.weight", 22};
const Overflow kSecondLayer{"esm.encoder.layer.1.output.dense.weight"};
const Overflow kHead{"lm_head.dense.weight"};
const std::string kGood = "MKVLAAGIVGLL", kBad = "MKVLAWGIVGLL";

std::string two_records(const TemporaryFolder& folder) {
  return write_file(folder / "two.fasta", fasta({{"good", kGood}, {"bad", kBad}}));
}

TEST(Overflow, OfOneRecordFailsItAndTheRunGoesOn) {
  const TemporaryFolder folder;
  const std::string model = overflowing(folder, kEsm2, kTryptophan), input = two_records(folder);
  for (const std::string include : {"mean", "max", "cls", "per-residue", "logits", "contacts", "attentions"}) {
    const Outcome outcome = groel({"embed", input, "-m", model, "-f", "jsonl", "-i", include});
    EXPECT_EQ(outcome.exit, 1) << include << outcome;
    EXPECT_TRUE(outcome.says("record 'bad' failed")) << include << outcome;
    EXPECT_TRUE(outcome.says("out of layer 1 of 3")) << include << outcome;
    const std::string first = outcome.out.substr(0, outcome.out.find('\n'));
    EXPECT_EQ(json::parse(first)["id"], "good") << include;
    EXPECT_EQ(outcome.out.find("null,"), std::string::npos) << include;
  }
}

TEST(Overflow, NamesTheLayer) {
  const TemporaryFolder folder;
  const std::string model = overflowing(folder, kEsm2, kSecondLayer), input = two_records(folder);
  const Outcome embed = groel({"embed", input, "-m", model, "-f", "jsonl"});
  EXPECT_EQ(embed.exit, 1) << embed;
  EXPECT_TRUE(embed.says("out of layer 2 of 3")) << embed;
  const Outcome early = groel({"embed", input, "-m", model, "-f", "jsonl", "--layers", "0,1"});
  EXPECT_EQ(early.exit, 0) << early;  // what is asked for is finite
}

TEST(Overflow, OfTheHeadSparesTheLayers) {
  const TemporaryFolder folder;
  const std::string model = overflowing(folder, kEsm2, kHead), input = two_records(folder);
  EXPECT_EQ(groel({"embed", input, "-m", model, "-f", "jsonl"}).exit, 0);
  const Outcome logits = groel({"embed", input, "-m", model, "-f", "jsonl", "-i", "logits"});
  EXPECT_EQ(logits.exit, 1) << logits;
  EXPECT_TRUE(logits.says("out of the language-model head")) << logits;
}

TEST(Overflow, IsAnErrorOfEveryReaderOfTheModelsMind) {
  const TemporaryFolder folder;
  const std::string model = overflowing(folder, kEsm2, kTryptophan), input = two_records(folder);
  // the table of embeddings is the head's as well: no record's logits are finite
  const Outcome perplexity = groel({"perplexity", input, "-m", model, "--json"});
  EXPECT_EQ(perplexity.exit, 1) << perplexity;
  EXPECT_EQ(json::parse(perplexity.out)["errors"].size(), 2U);
  EXPECT_TRUE(json::parse(perplexity.out)["records"].empty());
  EXPECT_TRUE(perplexity.says("out of the language-model head")) << perplexity;
  EXPECT_TRUE(perplexity.says("out of layer 1 of 3")) << perplexity;

  const Outcome fill = groel({"fill-mask", input, "--all", "-m", model, "--json"});
  EXPECT_EQ(fill.exit, 1) << fill;
  EXPECT_EQ(json::parse(fill.out)["errors"].size(), 2U);
  EXPECT_TRUE(json::parse(fill.out)["positions"].empty());

  const Outcome contacts = groel({"contacts", input, "-m", model, "-o", folder / "c.npz"});
  EXPECT_EQ(contacts.exit, 1) << contacts;
  EXPECT_TRUE(contacts.says("layer 1 of 3")) << contacts;

  const Outcome attention = groel({"attention", kBad, "-m", model, "-o", folder / "a.csv"});
  EXPECT_EQ(attention.exit, 5) << attention;
  EXPECT_TRUE(attention.says("layer 1 of 3")) << attention;

  const Outcome evaluated = groel({"evaluate", "mlm", "--data", input, "-m", model, "--mask-fraction", "0.1"});
  EXPECT_EQ(evaluated.exit, 5) << evaluated;
  EXPECT_TRUE(evaluated.says("NaN or infinity comes first out of")) << evaluated;
}

TEST(Overflow, LeavesNoEmptyCellWithoutAnError) {
  const TemporaryFolder folder;
  const std::string model = overflowing(folder, kEsm2, kTryptophan);
  for (const std::string method : {"masked-marginals", "wt-marginals", "pseudo-perplexity"}) {
    const Outcome outcome = groel({"score", kBad, "-m", model, "--variants", "M1A,V3A", "--method", method, "-o", "-"});
    EXPECT_EQ(outcome.exit, 1) << method << outcome;
    EXPECT_NE(outcome.out.find("NaN or infinity comes first out of layer 1"), std::string::npos) << method << outcome;
  }
}

TEST(Overflow, OfAQueryFailsIt) {
  const TemporaryFolder folder;
  const std::string model = overflowing(folder, kEsm2, kTryptophan), input = two_records(folder);
  const std::string indexed = write_file(
      folder / "db.fasta", fasta({{"a", "MKVLAAGIVGLLKK"}, {"b", "MSTNPKPQRKTKRN"}, {"c", "GGHLLAQMCCDEFG"}}));
  ASSERT_EQ(groel({"embed", indexed, "-m", model, "-o", folder / "db.h5"}).exit, 0);
  const Outcome built = groel({"search", "index", folder / "db.h5", "-o", folder / "db.index"});
  ASSERT_EQ(built.exit, 0) << built;
  const Outcome outcome = groel({"search", "query", folder / "db.index", "--sequences", input, "-m", model});
  EXPECT_EQ(outcome.exit, 1) << outcome;
  EXPECT_TRUE(outcome.says("layer 1 of 3")) << outcome;
}

}  // namespace
}  // namespace groel::testing
