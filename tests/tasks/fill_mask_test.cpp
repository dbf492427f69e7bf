// groel fill-mask: the reference's probabilities, in order; positions in both notations; whole chains; bad input.
#include "support/pictures.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

const std::string kSequence = "MKTAYIAKQRQISFVK";

TEST(FillMask, GivesTheReferencesProbabilities) {
  const Golden golden("esm2-tiny");
  const std::string sequence = golden.sequences()[1];  // five masks
  const json result = groel_json({"fill-mask", sequence, "--top-k", "0", "--vocabulary", "all"});
  const auto ids = golden.ids()[1];
  const auto logits = golden.values("logits.1");
  std::vector<std::size_t> masked;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (ids[i] == 32) masked.push_back(i);
  ASSERT_EQ(result["positions"].size(), masked.size());
  for (std::size_t m = 0; m < masked.size(); ++m) {
    const json& one = result["positions"][m];
    EXPECT_EQ(one["position"], masked[m]);
    const auto row = logits.begin() + static_cast<std::ptrdiff_t>(masked[m] * 33);
    const auto expected = softmax({row, row + 33});
    ASSERT_EQ(one["predictions"].size(), 33U);
    double sum = 0;
    double last = 1;
    for (const json& prediction : one["predictions"]) {
      const auto p = prediction["probability"].get<double>();
      EXPECT_LE(p, last) << "in order of probability";
      last = p;
      sum += p;
      const auto token = prediction["token"].get<std::string>();
      if (token.size() != 1) continue;
      EXPECT_NEAR(p, expected[token_index(token[0])], 5e-5 * p + 1e-9);
    }
    EXPECT_NEAR(sum, 1, 1e-9);
  }
}

TEST(FillMask, PositionsCountFromOneOrFromZero) {
  const json one = groel_json({"fill-mask", kSequence, "--position", "5", "--top-k", "0", "--vocabulary", "all"});
  const json zero =
      groel_json({"fill-mask", kSequence, "--position", "4", "--zero-based", "--top-k", "0", "--vocabulary", "all"});
  const json written = groel_json({"fill-mask", "MKTA<mask>IAKQRQISFVK", "-k", "0", "--vocabulary", "all"});
  EXPECT_EQ(one["positions"][0]["position"], 5);
  EXPECT_EQ(zero["positions"][0]["position"], 4);
  for (const json& other : {zero, written})
    EXPECT_EQ(other["positions"][0]["predictions"], one["positions"][0]["predictions"]);
  EXPECT_EQ(one["positions"][0]["residue"], "Y");
  EXPECT_TRUE(written["positions"][0]["residue"].is_null());
  const auto rank = one["positions"][0]["rank"].get<std::size_t>();
  EXPECT_EQ(one["positions"][0]["predictions"][rank - 1]["token"], "Y");
  EXPECT_EQ(one["positions"][0]["predictions"][rank - 1]["probability"], one["positions"][0]["probability"]);
}

TEST(FillMask, SeveralAreMaskedTogether) {
  const json both = groel_json({"fill-mask", kSequence, "--position", "12,5", "-k", "3"});
  const json written = groel_json({"fill-mask", "MKTA<mask>IAKQRQ<mask>SFVK", "-k", "3"});
  ASSERT_EQ(both["positions"].size(), 2U);
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_EQ(both["positions"][i]["predictions"], written["positions"][i]["predictions"]);
    EXPECT_EQ(both["positions"][i]["predictions"].size(), 3U);
  }
  EXPECT_EQ(both["positions"][0]["position"], 5);
  EXPECT_EQ(both["positions"][1]["position"], 12);
}

TEST(FillMask, TheTwentyResiduesSumToOne) {
  const json result = groel_json({"fill-mask", kSequence, "--position", "5", "-k", "0"});
  const auto& predictions = result["positions"][0]["predictions"];
  ASSERT_EQ(predictions.size(), 20U);
  const auto whole = embedded_softmax("MKTA<mask>IAKQRQISFVK", 5);
  double kept = 0;
  for (const char residue : std::string("ACDEFGHIKLMNPQRSTVWY")) kept += whole[token_index(residue)];
  double sum = 0;
  for (const json& prediction : predictions) {
    const char residue = prediction["token"].get<std::string>()[0];
    EXPECT_NEAR(prediction["probability"].get<double>(), whole[token_index(residue)] / kept, 1e-6);
    sum += prediction["probability"].get<double>();
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(FillMask, AllMasksEachAlone) {
  const TemporaryFolder folder;
  const json all = groel_json({"fill-mask", kSequence, "--all", "-k", "0", "-o", folder / "m.csv", "--tolerant", "1"});
  ASSERT_EQ(all["positions"].size(), kSequence.size());
  EXPECT_EQ(all["tolerant"].size(), kSequence.size()) << "2^entropy is at least 1";
  const auto rows = csv_rows(read_file(folder / "m.csv"));
  ASSERT_EQ(rows.size(), kSequence.size() + 1);
  EXPECT_EQ(rows[0].size(), 24U);
  for (std::size_t i = 0; i < kSequence.size(); ++i) {
    const json alone = groel_json({"fill-mask", kSequence, "-p", std::to_string(i + 1), "-k", "0"})["positions"][0];
    EXPECT_EQ(all["positions"][i], alone) << i;
    double bits = 0;
    for (std::size_t c = 4; c < 24; ++c) bits -= std::stod(rows[i + 1][c]) * std::log2(std::stod(rows[i + 1][c]));
    EXPECT_NEAR(alone["entropy"].get<double>(), bits, 1e-9);
    EXPECT_EQ(rows[i + 1][2], std::string(1, kSequence[i]));
  }
  EXPECT_TRUE(groel_json({"fill-mask", kSequence, "--all", "--tolerant", "20.1"})["tolerant"].empty());
}

TEST(FillMask, TextIsATableWithBars) {
  const Outcome outcome = groel({"fill-mask", kProteins, "--record", "INS_HUMAN", "-p", "30", "-m", kEsm2, "-k", "20"});
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_NE(outcome.out.find("sp|P01308|INS_HUMAN, position 30 (the sequence has L: rank "), std::string::npos)
      << outcome;
  EXPECT_NE(outcome.out.find("| *\n"), std::string::npos) << "the true residue is marked";
  EXPECT_NE(outcome.out.find("|#"), std::string::npos);
}

TEST(FillMask, ARecordFailsAlone) {
  const TemporaryFolder folder;
  const std::string file = write_file(folder / "a.fasta", ">short\nMKT\n>bad\nMK1T\n>long\nMKTAYIAK\n");
  const json result = groel_json({"fill-mask", file, "-p", "5"}, 1);
  ASSERT_EQ(result["positions"].size(), 1U);
  EXPECT_EQ(result["positions"][0]["id"], "long");
  ASSERT_EQ(result["errors"].size(), 2U);
  EXPECT_EQ(result["errors"][0]["id"], "short");
  const auto message = result["errors"][0]["message"].get<std::string>();
  EXPECT_NE(message.find("position 5 lies outside the sequence (1 to 3)"), std::string::npos) << message;
}

// Each chain has its own heading and its own tolerant positions, also where two records have one name.
TEST(FillMask, ChainsAreToldApart) {
  const TemporaryFolder folder;
  const std::string file = write_file(folder / "a.fasta", ">same\nMKT\n>same\nGAV\n");
  const Outcome outcome = groel({"fill-mask", file, "--all", "-m", kEsm2, "--tolerant", "1", "--zero-based"});
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_NE(outcome.out.find("effective residues): M0 K1 T2\n"), std::string::npos) << outcome;
  EXPECT_NE(outcome.out.find("effective residues): G0 A1 V2\n"), std::string::npos) << outcome;
  const auto heading = outcome.out.find("same\n");
  EXPECT_NE(outcome.out.find("same\n", heading + 1), std::string::npos);
}

TEST(FillMask, CsvToStdout) {
  const Outcome outcome = groel({"fill-mask", kSequence, "-p", "5", "-m", kEsm2, "-o", "-"});
  EXPECT_EQ(outcome.exit, 0) << outcome;
  const auto rows = csv_rows(outcome.out);
  ASSERT_EQ(rows.size(), 2U) << outcome;
  EXPECT_EQ(rows[1][1], "5");
  EXPECT_FALSE(std::filesystem::exists("-"));
}

// Masks far apart in a long protein are hidden from each other's windows, too.
TEST(FillMask, MasksOfALongProteinStayHidden) {
  std::string longer;
  while (longer.size() < 96) longer += kSequence;
  const json both = groel_json({"fill-mask", longer, "-p", "10,12,80", "--window", "40", "-k", "0"});
  ASSERT_EQ(both["positions"].size(), 3U);
  const json near = groel_json({"fill-mask", longer, "-p", "10,12", "--window", "40", "-k", "0"});
  const json far = groel_json({"fill-mask", longer, "-p", "80", "--window", "40", "-k", "0"});
  EXPECT_EQ(both["positions"][0], near["positions"][0]);
  EXPECT_EQ(both["positions"][1], near["positions"][1]);
  EXPECT_EQ(both["positions"][2], far["positions"][0]);
  EXPECT_NE(near["positions"][0],
            groel_json({"fill-mask", longer, "-p", "10", "--window", "40", "-k", "0"})["positions"][0]);
}

TEST(FillMask, BadInputIsNamed) {
  GROEL_NEEDS_PICTURES();
  const auto run = [](std::vector<std::string> more) {
    more.insert(more.begin(), "fill-mask");
    more.insert(more.end(), {"-m", kEsm2});
    return groel(more);
  };
  EXPECT_TRUE(run({kSequence}).says("nothing is masked"));
  EXPECT_TRUE(run({kSequence, "-p", "0"}).says("position 0 lies outside"));
  EXPECT_TRUE(run({kSequence, "-p", "17"}).says("position 17 lies outside the sequence (1 to 16)"));
  EXPECT_TRUE(run({kSequence, "-p", "16", "--zero-based"}).says("position 16 lies outside the sequence (0 to 15)"));
  EXPECT_TRUE(
      run({kSequence, "--position=-1", "--zero-based"}).says("position -1 lies outside the sequence (0 to 15)"));
  EXPECT_TRUE(run({kSequence, "-p", "9223372036854775807", "--zero-based"}).says("is not a position"));
  EXPECT_TRUE(run({"proteins", "-p", "1"}).says("proteins")) << "no sequence, but a file that is not there";
  EXPECT_EQ(run({"proteins", "-p", "1"}).exit, 3);
  EXPECT_TRUE(run({kSequence, "-p", "x"}).says("'x' is not a position"));
  EXPECT_TRUE(run({kSequence, "-p", "2", "--all"}).says("--all masks every position already"));
  EXPECT_TRUE(run({"MK<foo>T"}).says("<foo>"));
  EXPECT_TRUE(run({kProteins, "--record", "nobody", "-p", "1"}).says("no record is called 'nobody'"));
  EXPECT_TRUE(run({"no/such.fasta", "-p", "1"}).says("no/such.fasta"));
  EXPECT_EQ(run({"no/such.fasta", "-p", "1"}).exit, 3) << run({"no/such.fasta", "-p", "1"});
  const TemporaryFolder folder;
  const std::string taken = write_file(folder / "x.csv", "mine");
  EXPECT_TRUE(run({kSequence, "--all", "-o", taken}).says("exists already"));
  EXPECT_EQ(read_file(taken), "mine");
  const Outcome two = run({kProteins, "--all", "-o", folder / "p.csv", "--picture", folder / "p.svg"});
  EXPECT_EQ(two.exit, 2) << two;
  EXPECT_TRUE(two.says("a picture shows one record")) << two;
  EXPECT_EQ(folder.names(), std::vector<std::string>{"x.csv"}) << "refused before anything is written";
}

}  // namespace
}  // namespace groel::testing
