// groel train clm as a script of Transformers trains it: a padding token, plain text, so many sequences a batch, the
// first layers frozen.
#include "base/text_file.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/tensors.h"
#include "support/golden.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

const std::string kStart = data("gpt2-tiny").string();

std::vector<std::string> course(const std::string& table, const std::string& out) {
  return {"train",    "clm",        "--from",          kStart,  "--data",       table, "--valid-fraction", "0.25",
          "--form",   "plain",      "--pad-token",     "<pad>", "--max-length", "15",  "--batch-size",     "4",
          "--epochs", "2",          "--learning-rate", "1e-3",  "--warmup",     "2",   "--freeze",         "2",
          "--metric", "perplexity", "--keep",          "best",  "--eval-every", "2",   "--output",         out};
}

std::string peptides(const TemporaryFolder& folder) {
  std::string text = "sequence\n";
  const std::string letters = "ACDEFGHIKLMNPQRSTVWY";
  for (std::size_t i = 0; i < 24; ++i) {
    for (std::size_t k = 0; k < 12 + i; ++k) text += letters[(i * 7 + k * (i + 3)) % 20];
    text += '\n';
  }
  return write_file(folder / "peptides.csv", text);
}

Tensor values(const std::filesystem::path& model, const std::string& name) {
  return checkpoints::copied(checkpoints::read_checkpoint(model).arrays.at(name), DType::f32);
}

bool same(const Tensor& a, const Tensor& b) { return std::ranges::equal(a.values<float>(), b.values<float>()); }

TEST(TrainClm, TheCoursesRecipeLeavesAFolderThatHasItsPaddingToken) {
  const TemporaryFolder folder;
  const std::string out = folder / "writer";
  const Outcome run = groel(course(peptides(folder), out));
  ASSERT_EQ(run.exit, 0) << run;
  EXPECT_TRUE(run.says("<pad> is 507 of the vocabulary, which has 508 tokens now")) << run;
  EXPECT_EQ(read_json(out + "/config.json")["vocab_size"], 508);
  EXPECT_EQ(read_json(out + "/config.json")["pad_token_id"], 507);
  EXPECT_TRUE(std::filesystem::exists(out + "/added_tokens.json"));
  EXPECT_EQ(values(out, "transformer.wte.weight").size(0), 508);
  for (const char* frozen : {"transformer.h.0.mlp.c_fc.weight", "transformer.h.1.attn.c_attn.weight"})
    EXPECT_TRUE(same(values(out, frozen), values(kStart, frozen))) << frozen;
  for (const char* trained : {"transformer.h.2.mlp.c_fc.weight", "transformer.ln_f.weight", "transformer.wpe.weight"})
    EXPECT_FALSE(same(values(out, trained), values(kStart, trained))) << trained;
  const Outcome written = groel({"generate", "-m", out, "-p", "M", "-n", "2", "--max-new-tokens", "5", "--json"});
  EXPECT_EQ(written.exit, 0) << written;
  EXPECT_EQ(json::parse(written.out)["sequences"].size(), 2U);
}

TEST(TrainClm, BatchesAreCountedInSequencesToo) {
  const TemporaryFolder folder;
  auto words = course(peptides(folder), folder / "writer");
  words.insert(words.end(), {"--cost", "--json"});
  const Outcome run = groel(words);
  ASSERT_EQ(run.exit, 0) << run;
  const json cost = json::parse(run.out);
  EXPECT_EQ(cost["steps"], 10) << "18 sequences are 5 batches of 4, twice: " << cost;
}

TEST(TrainClm, RefusesWhatCannotBe) {
  const TemporaryFolder folder;
  const std::string table = peptides(folder);
  const auto refused = [&](std::vector<std::string> words, const std::string& text) {
    words.insert(words.begin(), {"train", "clm", "--data", table, "--output", folder / "out"});
    const Outcome outcome = groel(words);
    EXPECT_EQ(outcome.exit, 2) << outcome;
    EXPECT_TRUE(outcome.says(text)) << text << "\n" << outcome;
  };
  refused({"--family", "gpt2", "--pad-token", "<pad>"}, "a new model needs no padding token");
  refused({"--from", kStart, "--pad-token", "<pad>", "--lora-r", "2"}, "adapters do not hold");
  refused({"--from", kStart, "--pad-row", "drawn"}, "no token is added");
  refused({"--from", kStart, "--pad-token", "M"}, "a token of proteins");
  refused({"--from", kStart, "--freeze", "4"}, "from 1 to 3");
  refused({"--from", kStart, "--freeze", "0"}, "--freeze");
  refused({"--from", kStart, "--freeze", "1", "--train", "last:1"}, "said twice");
  refused({"--from", kStart, "--batch-size", "0"}, "--batch-size");
  refused({"--from", kStart, "--form", "lines"}, "no form of proteins");
}

// Of Transformers' own losses: exp(loss) of whole texts.
TEST(PerplexityForm, TextsAreReadInTheFormThatIsAskedFor) {
  const json inputs = read_json(kStart + "/inputs.json");
  const Golden golden("gpt2-tiny");
  for (const auto& [prompt, form] : {std::pair<std::size_t, std::string>{0, "<|endoftext|>\n{}"}, {2, "{}\n"}}) {
    std::string text = inputs["prompts"][prompt]["text"];
    const std::string before = form.substr(0, form.find("{}")), after = form.substr(form.find("{}") + 2);
    text = text.substr(before.size(), text.size() - before.size() - after.size());
    const json result = groel_json({"perplexity", text, "-m", kStart, "--form", form});
    const float loss = golden.values(fmt::format("loss_full.{}", prompt))[0];
    EXPECT_NEAR(std::log(result["total"]["perplexity"].get<double>()), loss, 2e-6);
  }
  const json plain = groel_json({"perplexity", "MKTAYIAKQR", "-m", kStart, "--form", "plain"});
  const json braces = groel_json({"perplexity", "MKTAYIAKQR", "-m", kStart, "--form", "{}"});
  const json document = groel_json({"perplexity", "MKTAYIAKQR", "-m", kStart});
  EXPECT_EQ(plain, braces);
  EXPECT_EQ(document,
            groel_json({"perplexity", "MKTAYIAKQR", "-m", kStart, "--form", "<|endoftext|>\n{}\n<|endoftext|>"}));
  EXPECT_LT(plain["total"]["predicted_tokens"].get<int>(), document["total"]["predicted_tokens"].get<int>());
  EXPECT_EQ(groel({"perplexity", "MKT", "-m", kEsm2, "--form", "plain"}).exit, 2);
}

}  // namespace
}  // namespace groel::testing
