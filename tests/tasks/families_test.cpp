// Every command works with ESM C as it does with ESM-2: no task knows which family it has.
#include <gmock/gmock.h>

#include "base/error.h"
#include "io/arrays.h"
#include "io/npz.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;

json metrics(const std::string& folder) { return json::parse(read_file(folder + "/config.json")); }

TEST(EsmC, IsDescribed) {
  const json info = json::parse(done({"info", kEsmc + "/esmc_tiny.pth", "--json"}).out);
  EXPECT_EQ(info["family"], "esmc");
  EXPECT_EQ(info["layers"], 3);
  EXPECT_EQ(info["heads"], 4);
  EXPECT_EQ(info["vocabulary"], 64);
  EXPECT_EQ(info["capabilities"], (json{"encoder", "masked_lm"}));
}

TEST(EsmC, WhatItsFilesDoNotSayIsNotGuessed) {
  const TemporaryFolder work;
  std::filesystem::copy_file(kEsmc + "/esmc_tiny.pth", work / "alone.pth");
  const Outcome alone = groel({"info", work / "alone.pth"});
  EXPECT_EQ(alone.exit, exit_code(ErrorKind::bad_model)) << alone;
  EXPECT_TRUE(alone.says("'num_attention_heads' is missing")) << alone;
  std::filesystem::copy_file(kEsmc + "/model.safetensors", work / "model.safetensors");
  for (const auto& [field, value] : {std::pair{"layer_norm_eps", json(1e-6)}, {"tie_word_embeddings", json(true)}}) {
    json config = metrics(kEsmc);
    config[field] = value;
    write_file(work / "config.json", config.dump());
    const Outcome other = groel({"info", work / "model.safetensors"});
    EXPECT_EQ(other.exit, exit_code(ErrorKind::bad_model)) << other;
    EXPECT_TRUE(other.says(field)) << other;
  }
}

TEST(EsmC, EmbedsFillsAndScores) {
  const TemporaryFolder work;
  write_file(work / "a.fasta", ">a\nMKTAYIAKQR\n>b\nMKT|AYI_KQR\n");
  done({"embed", work / "a.fasta", "-m", kEsmc, "--include", "mean,per-residue,logits", "--layers", "all", "-o",
        work / "a.npz"});
  const Outcome filled = done({"fill-mask", "MKTAYI<mask>KQR", "-m", kEsmc, "--json"});
  EXPECT_THAT(filled.out, HasSubstr("\"token\""));
  done({"score", "MKTAYIAKQR", "-m", kEsmc, "--variants", "M1A,K2R", "-o", work / "scores.csv"});
  done({"perplexity", work / "a.fasta", "-m", kEsmc});
  done({"logits", work / "a.fasta", "-m", kEsmc, "-o", work / "logits.npz"});
  done({"attention", "MKTAYIAKQR", "-m", kEsmc, "-o", work / "maps.npz"});
  done({"tokens", "-m", kEsmc, "-o", work / "tokens.csv"});
}

TEST(EsmC, SearchesAndProjects) {
  const TemporaryFolder work;
  done({"embed", kProteins, "-m", kEsmc, "-o", work / "v.npz"});
  done({"search", "index", work / "v.npz", "-o", work / "index"});
  EXPECT_THAT(done({"search", "query", work / "index", "--sequences", kProteins, "-m", kEsmc}).out, HasSubstr("HUMAN"));
  done({"project", work / "v.npz", "-o", work / "map.csv"});
}

TEST(EsmC, HasNoContactHeadAndCanBeGivenOne) {
  const TemporaryFolder work;
  const Outcome none = groel({"contacts", "MKTAYIAKQRQISFVKSHFSRQ", "-m", kEsmc, "-o", work / "c.npz"});
  EXPECT_EQ(none.exit, exit_code(ErrorKind::unsupported)) << none;
  EXPECT_TRUE(none.says("this model has no contact head")) << none;
  EXPECT_TRUE(none.says("groel fit-contacts")) << none;
  const Outcome embedded = groel({"embed", kProteins, "-m", kEsmc, "--include", "contacts", "-o", work / "e.npz"});
  EXPECT_EQ(embedded.exit, exit_code(ErrorKind::unsupported)) << embedded;
  EXPECT_TRUE(embedded.says("this esmc model cannot do 'contacts'")) << embedded;
  EXPECT_TRUE(embedded.says("fit-contacts")) << embedded;
  done({"fit-contacts", kCrambin, "-m", kEsmc, "--inverse-strength", "10", "-o", work / "fit"});
  done({"contacts", "MKTAYIAKQRQISFVKSHFSRQ", "-m", work / "fit", "-o", work / "c.npz"});
  EXPECT_EQ(io::read_safetensors(work / "fit/model.safetensors").arrays.at("contact_head.regression.weight").shape,
            (std::vector<std::int64_t>{1, 12}));
}

TEST(EsmC, IsConvertedWithoutALoss) {
  const TemporaryFolder work;
  done({"convert", "-m", kEsmc + "/esmc_tiny.pth", "--to", "f32", "-o", work / "hf"});
  for (const std::string& model : {kEsmc, work / "hf"})
    done({"embed", kProteins, "-m", model, "-o", work / (model == kEsmc ? "before.npz" : "after.npz")});
  const auto means = [&](const char* file) { return io::read_npz(work / file).arrays.at("mean_3"); };
  const io::Array before = means("before.npz"), after = means("after.npz");
  EXPECT_TRUE(std::ranges::equal(before.bytes, after.bytes));
  EXPECT_EQ(metrics(work / "hf")["model_type"], "esmc");
}

TEST(EsmC, Trains) {
  const TemporaryFolder work;
  done({"train", "mlm", "--data", kProteins, "--family", "esmc", "--layers", "2", "--width", "64", "--heads", "4",
        "--steps", "3", "--output", work / "new"});
  EXPECT_EQ(metrics(work / "new")["architectures"][0], "ESMCForMaskedLM");
  done({"perplexity", kProteins, "-m", work / "new"});
  const std::vector<std::string> classify{"train",          "classify",  "--data",         kStability, "--from",  kEsmc,
                                          "--label-column", "stability", "--split-column", "set",      "--steps", "3"};
  for (const std::vector<std::string>& how :
       {std::vector<std::string>{"--output", work / "all"}, {"--output", work / "lora", "--lora-r", "4"}}) {
    std::vector<std::string> arguments = classify;
    arguments.insert(arguments.end(), how.begin(), how.end());
    done(arguments);
    done({"evaluate", "classify", "-m", how[1], "--data", kStability, "--label-column", "stability"});
  }
  EXPECT_EQ(metrics(work / "all")["architectures"][0], "ESMCForSequenceClassification");
  done({"info", work / "lora"});
  done({"embed", kProteins, "-m", work / "lora", "-o", work / "adapted.npz"});
  done({"train", "classify", "--data", kStability, "--from", kEsmc, "--label-column", "stability", "--split-column",
        "set", "--steps", "3", "--train", "last:1", "--checkpointing", "--dtype", "bf16", "--output", work / "last"});
}

}  // namespace
}  // namespace groel::testing
