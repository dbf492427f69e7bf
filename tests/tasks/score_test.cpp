// groel score: each method against plain forward passes, tables, several models, measured values, and rows that fail
// alone.
#include <set>

#include "support/pictures.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

const std::string kWild = "MKTAYIAKQRQISFVK";

std::vector<json> scored(std::vector<std::string> more, int expected_exit = 0) {
  more.insert(more.begin(), {"score", kWild});
  const json result = groel_json(more, expected_exit);
  return result.contains("variants") ? result["variants"].get<std::vector<json>>() : std::vector<json>{};
}
double score_of(const json& variant) { return variant.at("scores").at("score").get<double>(); }

double difference(const std::vector<double>& p, char from, char to) {
  return std::log(p[token_index(to)]) - std::log(p[token_index(from)]);
}

TEST(Score, WildTypeMarginals) {
  const auto rows = scored({"--variants", "Y5W,A4D:K8R,WT,A4A", "--method", "wt-marginals"});
  ASSERT_EQ(rows.size(), 4U);
  const auto p4 = embedded_softmax(kWild, 4);
  EXPECT_NEAR(score_of(rows[0]), difference(embedded_softmax(kWild, 5), 'Y', 'W'), 2e-5);
  EXPECT_NEAR(score_of(rows[1]), difference(p4, 'A', 'D') + difference(embedded_softmax(kWild, 8), 'K', 'R'), 4e-5);
  EXPECT_EQ(score_of(rows[2]), 0);
  EXPECT_EQ(score_of(rows[3]), 0);
}

TEST(Score, WildTypeMarginalsOfTheReferencesLogits) {
  const Golden golden("esm2-tiny");
  const std::string sequence = golden.sequences()[0];
  const auto logits = golden.values("logits.0");
  const auto result =
      groel_json({"score", sequence, "--variants", "p.Ile2Trp,A24K", "--method", "wt-marginals"})["variants"];
  const auto expected = [&](std::size_t position, char from, char to) {
    return double{logits[position * 33 + token_index(to)]} - logits[position * 33 + token_index(from)];
  };
  EXPECT_NEAR(score_of(result[0]), expected(2, 'I', 'W'), 1e-4);
  EXPECT_NEAR(score_of(result[1]), expected(24, 'A', 'K'), 1e-4);
}

TEST(Score, MaskedMarginals) {
  const auto rows = scored({"--variants", "Y5W,A4D:K8R"});
  const auto masked = [](std::size_t position) {
    return embedded_softmax(kWild.substr(0, position - 1) + "<mask>" + kWild.substr(position), position);
  };
  EXPECT_NEAR(score_of(rows[0]), difference(masked(5), 'Y', 'W'), 2e-5);
  EXPECT_NEAR(score_of(rows[1]), difference(masked(4), 'A', 'D') + difference(masked(8), 'K', 'R'), 4e-5);
}

TEST(Score, PseudoPerplexityTakesIndels) {
  const auto rows = scored({"--variants", "Y5W,Y5del,T3_A4insWW", "--method", "pseudo-perplexity"});
  const auto sum = [](const std::string& sequence) {
    double total = 0;
    for (const double value : masked_log_probabilities(sequence)) total += value;
    return total;
  };
  const double wild = sum(kWild);
  EXPECT_NEAR(score_of(rows[0]), sum("MKTAWIAKQRQISFVK") - wild, 2e-4);
  EXPECT_NEAR(score_of(rows[1]), sum("MKTAIAKQRQISFVK") - wild, 2e-4);
  EXPECT_NEAR(score_of(rows[2]), sum("MKTWWAYIAKQRQISFVK") - wild, 2e-4);
}

TEST(Score, AScanIsEverySubstitution) {
  GROEL_NEEDS_PICTURES();
  const TemporaryFolder folder;
  const Outcome outcome = groel({"score", kWild, "--scan", "-m", kEsm2, "-o", folder / "scan.csv"});
  EXPECT_EQ(outcome.exit, 0) << outcome;
  const auto rows = csv_rows(read_file(folder / "scan.csv"));
  ASSERT_EQ(rows.size(), kWild.size() * 19 + 1);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"mutant", "position", "wild_type", "mutation", "score", "error"}));
  EXPECT_EQ(rows[1][0], "M1A");
  std::set<std::string> names;
  for (std::size_t i = 1; i < rows.size(); ++i) names.insert(rows[i][0]);
  EXPECT_EQ(names.size(), kWild.size() * 19);
  const auto listed = scored({"--variants", rows[40][0] + "," + rows[200][0]});
  EXPECT_EQ(score_of(listed[0]), std::stod(rows[40][4]));
  EXPECT_EQ(score_of(listed[1]), std::stod(rows[200][4]));
  const std::string input = write_file(folder / "in.fasta", ">tem\n" + kWild + "\n");
  EXPECT_EQ(groel({"score", input, "--scan", "-m", kEsm2, "--offset", "23", "--picture", folder / "s.svg"}).exit, 0);
  EXPECT_TRUE(read_file(folder / "s.svg.csv").starts_with("residue,M24,K25,")) << "as the table numbers them";
  EXPECT_NE(read_file(folder / "s.svg").find("Substitutions of tem"), std::string::npos);
}

TEST(Score, SeveralModelsAndTheirSummaries) {
  const json result = groel_json({"score", kWild, "--variants", "Y5W,A4D", "-m", kEsm2, "-m", kEsm1b});
  const json alone = groel_json({"score", kWild, "--variants", "Y5W,A4D", "-m", kEsm1b});
  for (const std::size_t i : {0U, 1U}) {
    const json& scores = result["variants"][i]["scores"];
    const auto a = scores["esm2-tiny"].get<double>();
    const auto b = scores["esm1b-tiny"].get<double>();
    EXPECT_EQ(b, score_of(alone["variants"][i]));
    EXPECT_NE(a, b);
    EXPECT_DOUBLE_EQ(scores["mean"].get<double>(), (a + b) / 2);
    EXPECT_EQ(scores["minimum"].get<double>(), std::min(a, b));
  }
}

class ScoreTable : public ::testing::Test {
 protected:
  Outcome run(const std::string& table, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"score", kWild, "-m", kEsm2, "--variants", write_file(folder_ / "t.csv", table)});
    return groel(more);
  }
  TemporaryFolder folder_;
};

TEST_F(ScoreTable, ColumnsAreKeptAndRowsFailAlone) {
  const Outcome outcome = run("note,Mutation\n\"a, b\",Y5W\nwrong,A5W\nfar,M99A\nodd,hello\nshort\n,K8R\n");
  EXPECT_EQ(outcome.exit, 1) << outcome;
  const std::string& out = outcome.out;
  EXPECT_EQ(out.substr(0, out.find('\n')), "note,Mutation,score,error");
  EXPECT_NE(out.find("\n\"a, b\",Y5W,"), std::string::npos) << out;
  EXPECT_NE(out.find("t.csv:3 (A5W): residue 5 is Y, not A"), std::string::npos) << out;
  EXPECT_NE(out.find("t.csv:4 (M99A): position 99 lies outside the sequence (1 to 16)"), std::string::npos) << out;
  EXPECT_NE(out.find("'hello' is not a variant"), std::string::npos) << out;
  EXPECT_NE(out.find("the row has 1 fields where the header has 2"), std::string::npos) << out;
  const auto good = scored({"--variants", "Y5W,K8R"});
  EXPECT_NE(out.find(fmt::format(",K8R,{},\n", score_of(good[1]))), std::string::npos) << out;
}

TEST_F(ScoreTable, OffsetsAreTakenOffAndSuggested) {
  const Outcome wrong = run("mutant\nY28W\nA27D\n");
  EXPECT_EQ(wrong.exit, 1);
  EXPECT_TRUE(wrong.says("--offset 23")) << wrong;
  const Outcome right = run("mutant\nY28W\nA27D\n", {"--offset", "23"});
  EXPECT_EQ(right.exit, 0) << right;
  EXPECT_NE(right.out.find("Y28W,"), std::string::npos) << "named as written";
}

TEST_F(ScoreTable, ListsTabsAndSequences) {
  EXPECT_EQ(csv_rows(run("Y5W\nA4D\n").out).size(), 3U);
  EXPECT_EQ(csv_rows(run("WT\nA4D\n").out).size(), 3U);
  const Outcome commas = run("A4D,K8R\nY5W\n");
  EXPECT_NE(commas.out.find("\n\"A4D,K8R\","), std::string::npos) << "one variant of two changes: " << commas;
  const auto tabs = csv_rows(run("score\tvariant\n3\tY5W\n").out);
  EXPECT_EQ(tabs[0], (std::vector<std::string>{"score", "variant", "score_2", "error"}));
  const Outcome whole = run("mutated_sequence\nMKTAWIAKQRQISFVK\nMKT\n", {"--sequence-column", "mutated_sequence"});
  EXPECT_EQ(whole.exit, 1) << "a deletion has no marginals";
  EXPECT_EQ(std::stod(csv_rows(whole.out)[1][1]), score_of(scored({"--variants", "Y5W"})[0]));
  EXPECT_TRUE(whole.says("use --method pseudo-perplexity")) << whole;
}

TEST_F(ScoreTable, LineEndsOfOtherSystemsChangeNothing) {
  const std::string plain = "mutant,fitness\nY5W,1\nA4D, +2 \n";
  std::string dos = "\xEF\xBB\xBF";
  for (const char c : plain) dos += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Outcome expected = run(plain, {"--target-column", "fitness", "--json"});
  EXPECT_EQ(expected.exit, 0) << expected;
  EXPECT_EQ(json::parse(expected.out)["variants"][1]["measured"], 2);
  EXPECT_EQ(run(dos, {"--target-column", "fitness", "--json"}).out, expected.out);
}

TEST_F(ScoreTable, WholeSequencesHoldKnownResiduesOnly) {
  for (const std::string method : {"pseudo-perplexity", "wt-marginals"}) {
    const Outcome outcome = run("seq\nMKTAWIAKQRQISFVK\nMKTA-IAKQRQISFVK\nMKTAJIAKQRQISFVK\nMKT1\n",
                                {"--sequence-column", "seq", "--method", method});
    EXPECT_EQ(outcome.exit, 1) << outcome;
    const auto rows = csv_rows(outcome.out);
    ASSERT_EQ(rows.size(), 5U) << outcome;
    EXPECT_FALSE(rows[1][1].empty());
    for (const std::size_t i : {2U, 3U, 4U}) {
      EXPECT_TRUE(rows[i][1].empty()) << rows[i][0];
      EXPECT_NE(outcome.out.find(fmt::format("t.csv:{} (MKT", i + 1)), std::string::npos) << outcome;
    }
  }
}

TEST_F(ScoreTable, ErrorsStandOnOneLine) {
  const Outcome outcome = run("mutant\nY5del\n");
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(csv_rows(outcome.out).size(), 2U) << outcome;
  EXPECT_FALSE(outcome.says("would agree with the sequence")) << "the offset is right as it is";
}

TEST_F(ScoreTable, MeasuredValuesAreCompared) {
  const std::vector<std::string> names{"Y5W", "A4D", "K8R", "I6V", "Q9A", "F14L"};
  const auto rows = scored({"--variants", "Y5W,A4D,K8R,I6V,Q9A,F14L"});
  std::string table = "mutant,fitness\n";
  for (std::size_t i = 0; i < names.size(); ++i) table += fmt::format("{},{}\n", names[i], 2 * score_of(rows[i]) + 1);
  table += "S13A,\nV15A,n/a\n";
  const Outcome outcome = run(table, {"--target-column", "fitness", "--json"});
  const json result = json::parse(outcome.out)["agreement"][0];
  EXPECT_EQ(result["variants"], 6) << "rows without a value are left out";
  EXPECT_NEAR(result["spearman"].get<double>(), 1, 1e-12);
  EXPECT_NEAR(result["pearson"].get<double>(), 1, 1e-9);
  EXPECT_NEAR(result["auroc"].get<double>(), 1, 1e-12);
  const Outcome text = run(table, {"--target-column", "fitness", "-o", folder_ / "out.csv"});
  EXPECT_NE(text.out.find("Spearman 1.0000"), std::string::npos) << text;
  EXPECT_NE(text.out.find("6 of 8 variants"), std::string::npos) << text;
}

TEST_F(ScoreTable, BadInputIsNamed) {
  EXPECT_TRUE(run("").says("the table is empty"));
  EXPECT_TRUE(run("mutant,x\n").says("the table has no rows"));
  EXPECT_TRUE(run("a,b\n1,2\n").says("no column looks like a variant; the columns are 'a', 'b'"));
  EXPECT_TRUE(run("mutant,x\nY5W,high\n", {"--target-column", "x"}).says("the column 'x' holds no number"));
  EXPECT_TRUE(run("Y5W\n", {"--target-column", "dms"}).says("there is no column 'dms'")) << "a list has no columns";
  EXPECT_TRUE(run("mutant\nY5W\n", {"--target-column", "dms"}).says("there is no column 'dms'"));
  const auto score = [](std::vector<std::string> words) {
    words.insert(words.begin(), "score");
    words.insert(words.end(), {"-m", kEsm2});
    return groel(words);
  };
  EXPECT_TRUE(score({kWild}).says("say what to score"));
  EXPECT_TRUE(score({kWild, "--scan", "--variants", "Y5W"}).says("say what to score"));
  EXPECT_TRUE(score({kWild, "--scan", "--target-column", "dms"}).says("a scan reads no table"));
  EXPECT_TRUE(score({kWild, "--variants", "Y5W", "--target-column", "dms"}).says("is no table"));
  EXPECT_TRUE(score({kWild, "--scan", "--offset", "9223372036854775807"}).says("no protein is that long"));
  EXPECT_TRUE(score({kProteins, "--scan"}).says("the input has 15 records")) << score({kProteins, "--scan"});
  EXPECT_TRUE(score({"MK<mask>T", "--scan"}).says("the wild type, sequence: position 3 is '<mask>', not a residue"));
  EXPECT_TRUE(score({kWild, "--variants", "no_such.csv"}).says("no_such.csv: there is no such file"));
  EXPECT_TRUE(score({kWild, "--variants", "Y5"})
                  .says("Y5: there is no such file, and it is not a variant either: the new residue is missing"));
  EXPECT_EQ(score({kWild, "--variants", "Y5"}).exit, 3);
}

// Models give X, B, Z and their like next to no probability: whatever is put there would top every ranking.
TEST(Score, AScanLeavesOutWhatIsNoOneResidue) {
  GROEL_NEEDS_PICTURES();
  const TemporaryFolder folder;
  const std::string mixed = "MKXTBYZUOJK";
  const Outcome outcome = groel({"score", mixed, "--scan", "-m", kEsm2, "-o", folder / "scan.csv", "--picture",
                                 folder / "s.svg", "--offset", "10"});
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(
      outcome.says("6 positions hold none of the 20 residues, and are not scored: X13, B15, Z17, U18, O19, X20"))
      << outcome;
  const auto rows = csv_rows(read_file(folder / "scan.csv"));
  EXPECT_EQ(rows.size(), 5 * 19U + 1);
  for (std::size_t i = 1; i < rows.size(); ++i)
    EXPECT_EQ(std::string("XBZUOJ").find(rows[i][2]), std::string::npos) << rows[i][0];
  const auto grey = csv_rows(read_file(folder / "s.svg.csv"));
  for (std::size_t row = 1; row < 21; ++row) EXPECT_TRUE(grey.at(row).at(3).empty()) << "position 3 is not scored";
  const json result = groel_json({"score", write_file(folder / "gap.fasta", ">a\nMK-TAX\n"), "--scan"});
  EXPECT_EQ(result["variants"].size(), 4 * 19U);
  EXPECT_EQ(result["not_scored"], json::parse(R"([{"position": 3, "residue": "-"}, {"position": 6, "residue": "X"}])"));
  const Outcome none = groel({"score", "XXBZ", "--scan", "-m", kEsm2});
  EXPECT_EQ(none.exit, 4) << none;
  EXPECT_TRUE(none.says("none of the sequence's positions holds one of the 20 residues")) << none;
}

TEST(Score, VariantsOfAmbiguousResiduesFailAlone) {
  for (const std::string method : {"masked-marginals", "wt-marginals", "pseudo-perplexity"}) {
    const json result =
        groel_json({"score", "MKXTBYK", "--method", method, "--variants", "K2A,X3A,B5D,T4Z,T4U,T4Xaa,Y6W:X3G,Y6W"}, 1);
    const json& rows = result["variants"];
    ASSERT_EQ(rows.size(), 8U);
    for (const std::size_t i : {1U, 2U, 3U, 4U, 5U, 6U}) EXPECT_TRUE(rows[i].contains("error")) << method << rows[i];
    EXPECT_NE(rows[1]["error"]["message"].get<std::string>().find("position 3 of the sequence is X: X is any residue"),
              std::string::npos)
        << rows[1];
    EXPECT_NE(rows[3]["error"]["message"].get<std::string>().find("Z is E or Q"), std::string::npos) << rows[3];
    EXPECT_TRUE(rows[0].contains("scores")) << rows[0];
    EXPECT_TRUE(rows[7].contains("scores")) << rows[7];
  }
}

// Residues that are none of the 20 are on both sides and are no terms of the sums.
TEST(Score, PseudoPerplexityPassesOverUnknownResidues) {
  const json result = groel_json({"score", "MKXTAY", "--variants", "A5W", "--method", "pseudo-perplexity"});
  const auto sum = [](const std::string& sequence) {
    const auto logs = masked_log_probabilities(sequence);
    return logs[0] + logs[1] + logs[3] + logs[4] + logs[5];
  };
  EXPECT_NEAR(score_of(result["variants"][0]), sum("MKXTWY") - sum("MKXTAY"), 2e-4);
}

TEST(Score, NotationsGiveOneScore) {
  const auto rows = scored({"--variants", "A4D:K8R"});
  for (const char* text :
       {"p.[Ala4Asp;Lys8Arg]", "A4D_K8R", "A4D K8R", "A4D+K8R", "AC4D:KC8R", "NP_1.2:p.[Ala4Asp;Lys8Arg]"})
    EXPECT_EQ(score_of(scored({"--variants", text}).at(0)), score_of(rows[0])) << text;
  const auto silent = scored({"--variants", "p.Ala4=,p.=,A4A,_wt"});
  for (const json& row : silent) EXPECT_EQ(score_of(row), 0) << row;
}

TEST_F(ScoreTable, WhatDatabasesExportIsScoredOrNamed) {
  const Outcome outcome =
      run("hgvs_pro\np.Ala4Asp\np.(Ala4Asp)\nNP_1.1:p.Ala4Asp\np.Ala4=\np.Ala4Ter\np.Ala4fs\np.Ala4del\nc.12G>A\n"
          "A4X\np.Met1?\n");
  EXPECT_EQ(outcome.exit, 1) << outcome;
  const auto rows = csv_rows(outcome.out);
  ASSERT_EQ(rows.size(), 11U) << outcome;
  EXPECT_EQ(rows[1][1], rows[2][1]);
  EXPECT_EQ(rows[1][1], rows[3][1]);
  EXPECT_EQ(rows[4][1], "0");
  for (std::size_t i = 5; i < 11; ++i) EXPECT_TRUE(rows[i][1].empty()) << rows[i][0];
  for (const char* why : {"stops the protein", "shifts the frame", "use --method pseudo-perplexity", "DNA or RNA",
                          "a stop in older notation", "not known"})
    EXPECT_NE(outcome.out.find(why), std::string::npos) << why << outcome;
  EXPECT_TRUE(outcome.says("2 rows have a variant that is in an earlier row, too")) << outcome;
}

TEST_F(ScoreTable, ChainsAreSaidNotUsed) {
  const Outcome outcome = run("mutant\nAA4D;\nYA5W\n");
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("variants name the chain A")) << outcome;
}

TEST_F(ScoreTable, AnOffsetIsSuggestedInSpiteOfWrongRows) {
  std::string table = "mutant\nhello\nW99A\n";
  for (std::size_t i = 1; i < kWild.size(); ++i) table += fmt::format("{}{}G\n", kWild[i], i);  // counted from 0
  const Outcome outcome = run(table);
  EXPECT_TRUE(
      outcome.says("15 of 16 residues would agree with the sequence with --offset -1 (do the positions count "
                   "from 0?)"))
      << outcome;
}

TEST_F(ScoreTable, NothingToCompareIsSaid) {
  const Outcome outcome = run("mutant,x\nA5W,1\nY5W,2\n", {"--target-column", "x"});
  EXPECT_TRUE(outcome.says("score: nothing to compare: 1 of 2 variants have a score and a measured value")) << outcome;
}

TEST_F(ScoreTable, WhatIsNotComparedIsCounted) {
  const Outcome outcome = run("mutant,x\nY5W,1\nA4D,2\nK8R,\nA5W,3\n", {"--target-column", "x", "--json"});
  EXPECT_TRUE(outcome.says("compared are 2 of 4 rows: 1 failed, 1 without a measured value")) << outcome;
  const json agreement = json::parse(outcome.out)["agreement"][0];
  EXPECT_EQ(agreement["variants"], 2);
  EXPECT_EQ(agreement["rows"], 4);
}

TEST(Score, LongProteinsAreSeenThroughAWindow) {
  std::string longer;
  while (longer.size() < 200) longer += kWild;
  const std::string name = fmt::format("{}100{}", longer[99], longer[99] == 'W' ? 'A' : 'W');
  const json narrow = groel_json({"score", longer, "--variants", name, "--window", "40"});
  const json cut = groel_json({"score", longer, "--variants", name, "--window", "0"});
  EXPECT_NE(score_of(narrow["variants"][0]), score_of(cut["variants"][0]));
  const json wide = groel_json({"score", longer, "--variants", name, "--window", std::to_string(longer.size() + 2)});
  EXPECT_EQ(score_of(wide["variants"][0]), score_of(cut["variants"][0]));
}

}  // namespace
}  // namespace groel::testing
