// groel perplexity and groel logits against plain forward passes.
#include "tasks/reading.h"

namespace groel::testing {
namespace {

TEST(Perplexity, IsThatOfMaskedCopies) {
  const std::string a = "MKTAYIAKQR";
  const std::string b = "GAVLIMFW";
  const TemporaryFolder folder;
  const std::string file = write_file(folder / "a.fasta", fasta({{"a", a}, {"b", b}}));
  const json result = groel_json({"perplexity", file});
  double total = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    double sum = 0;
    const auto logs = masked_log_probabilities(i == 0 ? a : b);
    for (const double value : logs) sum += value;
    total += sum;
    const json& record = result["records"][i];
    EXPECT_NEAR(record["log_likelihood"].get<double>(), sum, 1e-4);
    EXPECT_NEAR(record["perplexity"].get<double>(), std::exp(-sum / static_cast<double>(logs.size())), 1e-3);
  }
  EXPECT_NEAR(result["total"]["perplexity"].get<double>(), std::exp(-total / 18), 1e-3);
  EXPECT_EQ(result["total"]["predicted_residues"], 18);
}

// The published scripts mask residue i and score residue i + 1; the two differ on any sequence of different residues.
TEST(Perplexity, ScoresTheResidueThatIsMasked) {
  const std::string sequence = "MKTAYIAKQR";
  double shifted = 0;
  double right = 0;
  for (std::size_t i = 0; i + 1 < sequence.size(); ++i) {
    const auto p = embedded_softmax(sequence.substr(0, i) + "<mask>" + sequence.substr(i + 1), i + 1);
    shifted += std::log(p[token_index(sequence[i + 1])]);
  }
  for (const double value : masked_log_probabilities(sequence)) right += value;
  const auto ours = groel_json({"perplexity", sequence})["total"]["log_likelihood"].get<double>();
  EXPECT_NEAR(ours, right, 1e-4);
  EXPECT_GT(std::abs(ours - shifted), 0.1);
}

TEST(Perplexity, MaskedAndUnknownResiduesAreNotPredicted) {
  const json result = groel_json({"perplexity", "MK<mask>TJA"});
  EXPECT_EQ(result["records"][0]["length"], 6);
  EXPECT_EQ(result["records"][0]["predicted_residues"], 4);
  const json none = groel_json({"perplexity", "<mask><mask>"}, 1);
  EXPECT_EQ(none["errors"][0]["kind"], "bad_input");
  EXPECT_TRUE(none["total"]["perplexity"].is_null());
}

TEST(Perplexity, AmbiguousResiduesAreNotPredicted) {
  const std::string sequence = "MKXTBAUY";
  const json result = groel_json({"perplexity", sequence});
  const auto logs = masked_log_probabilities(sequence);
  EXPECT_EQ(result["records"][0]["predicted_residues"], 5);
  EXPECT_NEAR(result["records"][0]["log_likelihood"].get<double>(), logs[0] + logs[1] + logs[3] + logs[5] + logs[7],
              1e-4);
  const Outcome text = groel({"perplexity", sequence, "-m", kEsm2});
  EXPECT_TRUE(text.says("3 positions in 1 record are none of the 20 residues")) << text;
}

TEST(Perplexity, ARecordFailsAlone) {
  const TemporaryFolder folder;
  const std::string file = write_file(folder / "a.fasta", ">bad\nMK1T\n>good\nMKTAYIAK\n");
  const json result = groel_json({"perplexity", file}, 1);
  EXPECT_EQ(result["records"].size(), 1U);
  EXPECT_EQ(result["errors"][0]["id"], "bad");
  EXPECT_EQ(result["records"][0], groel_json({"perplexity", file, "--record", "good"})["records"][0]);
  const Outcome text = groel({"perplexity", file, "-m", kEsm2});
  EXPECT_NE(text.out.find("in total"), std::string::npos) << text;
}

TEST(Perplexity, BatchesChangeNothing) {
  const json whole = groel_json({"perplexity", kProteins, "--record", "P01542"});
  EXPECT_EQ(whole, groel_json({"perplexity", kProteins, "--record", "P01542", "--max-tokens", "60", "-t", "1"}));
}

TEST(Logits, AreEmbeds) {
  const Process::Setup setup{.folder = "", .input = ">a\nMKTAYIAKQR\n>b\nGAV\n", .environment = {}};
  const auto expected = embed_lines({"-", "-i", "logits"}, setup);
  const Outcome raw = groel({"logits", "-", "-m", kEsm2, "-f", "jsonl"}, setup);
  ASSERT_EQ(raw.exit, 0) << raw;
  EXPECT_EQ(json_lines(raw.out), expected);
  const Outcome soft = groel({"logits", "-", "-m", kEsm2, "-f", "jsonl", "--log-softmax"}, setup);
  const auto records = json_lines(soft.out);
  ASSERT_EQ(records.size(), 2U);
  const auto logs = values(records[1], "logits");
  const auto logits = values(expected[1], "logits");
  for (std::size_t row = 0; row < 3; ++row) {
    double sum = 0;
    for (std::size_t v = 0; v < 33; ++v) {
      sum += std::exp(logs[row * 33 + v]);
      EXPECT_NEAR(logs[row * 33 + v] - logs[row * 33], logits[row * 33 + v] - logits[row * 33], 1e-5);
    }
    EXPECT_NEAR(sum, 1, 1e-5);
  }
  EXPECT_EQ(groel({"embed", "-", "-m", kEsm2, "-f", "jsonl", "--log-softmax"}, setup).exit, 2) << "no logits there";
}

}  // namespace
}  // namespace groel::testing
