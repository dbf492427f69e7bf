// Inputs as people have them, run through the program: each of them once went wrong without a message.
#include <gmock/gmock.h>

#include "tasks/reading.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::string_literals;

const std::string kLongWild = "MKTAYIAKQRQISFVKSHFSRQLEERLGLI";
const std::string kGene = "ATGAAAACCGCGTATATTGCGAAACAGCGTCAGATTAGCTTTGTG";

class Inputs : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const { return write_file(folder_ / name, text); }
  Outcome run(std::vector<std::string> words) const {
    words.insert(words.end(), {"-m", kEsm2});
    return groel(words);
  }
  // The summary of an embedding run, and what was said.
  std::pair<json, Outcome> embedded(const std::string& text, std::vector<std::string> more = {}, int exit = 0) const {
    std::vector<std::string> words{"embed", write("in", text), "-o", folder_ / "out.jsonl", "--overwrite", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit, exit) << outcome;
    return {outcome.out.empty() ? json() : json::parse(outcome.out), outcome};
  }
  TemporaryFolder folder_;
};

TEST_F(Inputs, MissingSequencesAreNoProteins) {
  const std::string table = write(
      "t.csv",
      "mutant,mutated_sequence,DMS_score\na,AKTAYIAKQRQISFVKSHFSRQLEERLGLI,0.1\nb,nan,0.2\nc,NA,0.3\nd,None,0.1\n");
  const Outcome scored = run({"score", kLongWild, "--variants", table, "--sequence-column", "mutated_sequence",
                              "--method", "pseudo-perplexity", "--target-column", "DMS_score"});
  EXPECT_EQ(scored.exit, 1) << scored;
  EXPECT_EQ(csv_rows(scored.out).size(), 5U);
  EXPECT_TRUE(scored.says("the row has no sequence: 'NA' stands for a missing value")) << scored;
  EXPECT_TRUE(scored.says("1 of 4 variants")) << scored;
  const auto [summary, outcome] = embedded("id,sequence\np1,MKTAYIAKQRQISFVK\np2,nan\np3,NA\np4,<NA>\n", {}, 1);
  EXPECT_EQ(summary["failed"], 3);
  EXPECT_EQ(summary["records"], 4);
  const Outcome perplexity = run({"perplexity", write("p.csv", "id,sequence\np1,MKTAYI\np2,NA\n"), "--json"});
  EXPECT_EQ(perplexity.exit, 1) << perplexity;
  EXPECT_EQ(json::parse(perplexity.out)["records"].size(), 1U);
}

TEST_F(Inputs, MissingVariantsAndTargetsAreCounted) {
  const std::string table = write("t.csv", "mutant,score\nM1A,0.5\nNA,1\nK2R,nan\nT3A,<0.1\nA4G,2\n");
  const Outcome outcome = run({"score", kLongWild, "--variants", table, "--target-column", "score", "--json"});
  EXPECT_EQ(outcome.exit, 1) << outcome;
  EXPECT_TRUE(outcome.says("the row has no variant: 'NA'")) << outcome;
  EXPECT_TRUE(outcome.says("column 'score': 1 of 5 values is missing")) << outcome;
  EXPECT_TRUE(outcome.says("warning: column 'score': 1 of 5 values left out, as no finite number; the first is '<0.1'"))
      << outcome;
  EXPECT_EQ(json::parse(outcome.out)["warnings"].size(), 1U);
}

TEST_F(Inputs, DecimalCommasAreRead) {
  const std::string table = write("t.csv", "mutant;score\nM1A;0,5\nK2R;1\nT3A;0,25\nA4G;2\nY5F;3\n");
  const Outcome outcome = run({"score", kLongWild, "--variants", table, "--target-column", "score", "--json"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const json result = json::parse(outcome.out);
  EXPECT_EQ(result["variants"][2]["measured"], 0.25);
  EXPECT_EQ(result["agreement"][0]["variants"], 5);
  EXPECT_TRUE(outcome.says("column 'score': commas are read as decimal points")) << outcome;
  const std::string vectors = write("v.csv", "\xEF\xBB\xBFid;x;y;z\na;1,5;2;3\nb;1;1;3\nc;2;2;3\nd;1;4;3\ne;1;2;7\n");
  const Outcome map = groel({"project", vectors, "--method", "pca", "--json"});
  ASSERT_EQ(map.exit, 0) << map;
  EXPECT_EQ(json::parse(map.out)["points"].size(), 5U);
  EXPECT_TRUE(map.says("commas are read as decimal points")) << map;
}

TEST_F(Inputs, CommentsAboveTablesAndLists) {
  const Outcome list = run({"score", kLongWild, "--variants", write("l.txt", "# my list\nM1A\n\nK2R\n")});
  EXPECT_EQ(list.exit, 0) << list;
  EXPECT_EQ(csv_rows(list.out).size(), 3U);
  const Outcome scores =
      run({"score", kLongWild, "--variants", write("s.csv", "# source\n# comment\nmutant,score\nM1A,0.2\nK2R,0.3\n")});
  EXPECT_EQ(scores.exit, 0) << scores;
  EXPECT_TRUE(scores.says("2 lines of comment (#) passed over")) << scores;
  EXPECT_EQ(embedded("# comment\nid,sequence\nP1," + kLongWild + "\n").first["records"], 1);
  const Outcome map =
      groel({"project", write("v.csv", "# made by me\nid,a,b\np,1,2\nq,3,5\nr,0,9\n"), "--method", "pca", "--table",
             write("a.csv", "# UniProt export\nEntry,Organism\np,Homo\nq,Mus\n"), "--colour-by", "Organism"});
  ASSERT_EQ(map.exit, 0) << map;
  EXPECT_THAT(map.out, HasSubstr(",Homo\n"));
}

TEST_F(Inputs, SearchReadsSemicolonsCommentsAndMissingLabels) {
  const std::string vectors = write("v.csv", "# mine\nid;a;b\nP1;1;2\nP2;3;5\nP3;0;9\n");
  const std::string index = folder_ / "v.index";
  const Outcome made = groel({"search", "index", vectors, "-o", index});
  ASSERT_EQ(made.exit, 0) << made;
  const std::string labels = write("l.csv",
                                   "\xEF\xBB\xBF"
                                   "Entry;Organism\nP1;Homo sapiens\nP2;NA\nP3;Mus\n");
  const Outcome found = groel({"search", "query", index, "--ids", "P1", "-k", "2", "--annotations", labels,
                               "--label-column", "Organism", "--json"});
  ASSERT_EQ(found.exit, 0) << found;
  EXPECT_THAT(found.out, HasSubstr("Mus"));
  EXPECT_THAT(found.out, Not(HasSubstr("\"NA\"")));
  EXPECT_TRUE(found.says("1 of 3 rows left out: no id or no label")) << found;
}

TEST_F(Inputs, RowsWithoutIdsAreNumbered) {
  const Outcome map =
      groel({"project", write("v.csv", "f0,f1,f2\n1,2,3\n1,1,3\n2,2,3\n1,4,3\n1,2,7\n"), "--method", "pca", "--json"});
  ASSERT_EQ(map.exit, 0) << map;
  EXPECT_EQ(json::parse(map.out)["points"][1]["id"], "row_2");
  EXPECT_TRUE(map.says("there is no column of ids")) << map;
}

TEST_F(Inputs, TextBesideVectorsColours) {
  const std::string vectors =
      write("v.csv", "Entry,family,f0,f1,f2\nP1,glob,1,2,3\nP2,lyso,1,1,3\nP3,NA,2,2,3\nP4,glob,1,4,3\n");
  const Outcome map = groel({"project", vectors, "--method", "pca", "--colour-by", "family"});
  ASSERT_EQ(map.exit, 0) << map;
  const auto rows = csv_rows(map.out);
  EXPECT_EQ(rows[1].back(), "glob");
  EXPECT_EQ(rows[3].back(), "") << "missing";
  EXPECT_TRUE(map.says("no part of the vectors: 'family'")) << map;
  const Outcome wrong = groel({"project", vectors, "--method", "pca", "--colour-by", "famly"});
  EXPECT_TRUE(wrong.says("that of the vectors has 'family'")) << wrong;
}

TEST_F(Inputs, NucleotidesAreWarnedOfEverywhere) {
  const std::string genes = write("g.fasta", ">g\n" + kGene + "\n");
  const std::string out = folder_ / "o.h5";
  const std::vector<std::vector<std::string>> commands{{"embed", genes, "-o", out},
                                                       {"perplexity", genes},
                                                       {"perplexity", kGene},
                                                       {"attention", genes},
                                                       {"contacts", genes},
                                                       {"tokens", genes},
                                                       {"fill-mask", genes, "--position", "3"},
                                                       {"score", genes, "--variants", "T2A"},
                                                       {"logits", genes, "-o", folder_ / "l.h5"},
                                                       {"evaluate", "mlm", "--data", genes}};
  for (const auto& command : commands) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.exit, 0) << command[0] << outcome;
    EXPECT_TRUE(outcome.says("nucleotides (ACGTUN) alone")) << command[0] << outcome;
  }
  EXPECT_FALSE(run({"perplexity", "GTGG"}).says("nucleotides"));
}

TEST_F(Inputs, RecordsDoNotVanish) {
  const auto [summary, said] = embedded(">P1 one\n" + kLongWild + "\n\0>P2 two\n"s + kLongWild + ">P3\nMAAG\n\0"s);
  EXPECT_EQ(summary["records"], 3);
  EXPECT_EQ(summary["odd_bytes_dropped"], 2);
  EXPECT_EQ(summary["headers_inside_lines"], 1);
  EXPECT_TRUE(said.says("warning: 2 odd bytes dropped at the ends of lines (NUL and the like), the first at ")) << said;
  EXPECT_TRUE(said.says("warning: a '>' is inside 1 line of sequence")) << said;
}

TEST_F(Inputs, GapsAreCountedAndDropped) {
  const std::string aligned = "#30\t1\n>101\nMKTAYIAK\n>U\nMKTAYI--Qhh.R\n";
  const auto [kept, said] = embedded(aligned);
  EXPECT_EQ(kept["gaps"], 3);
  EXPECT_EQ(kept["gaps_dropped"], 0);
  EXPECT_EQ(kept["comment_lines"], 1);
  EXPECT_EQ(kept["residues"], 8 + 13);
  EXPECT_TRUE(said.says("warning: 3 gaps (- . ~ …) in 1 record: - and . are read as positions")) << said;
  const json dropped = embedded(aligned, {"--gaps", "drop"}).first;
  EXPECT_EQ(dropped["gaps_dropped"], 3);
  EXPECT_EQ(dropped["residues"], 8 + 10);
  const auto [ellipsis, more] = embedded(">P1\nMKTAYIAK\xE2\x80\xA6RQISF\n>P2\nMKT~AY\n", {"--gaps", "drop"});
  EXPECT_EQ(ellipsis["failed"], 0);
  EXPECT_EQ(ellipsis["residues"], 13 + 5);
  const Outcome wild = run({"score", write("w.fa", ">w\nMK-TAY\n"), "--gaps", "drop", "--variants", "T3A"});
  EXPECT_EQ(wild.exit, 0) << wild;
}

TEST_F(Inputs, OtherFilesAreNamed) {
  const std::string genbank = write("x.gb", "LOCUS       NP_1  10 aa  linear\nORIGIN\n        1 mktayiakqr\n//\n");
  const std::string sheet = write("x.xlsx", "PK\x03\x04\x14" + "\0\0\0\x08\0"s + "[Content_Types].xml xl/workbook.xml");
  for (const std::string command : {"embed", "perplexity", "contacts", "attention", "tokens"}) {
    std::vector<std::string> words{command, genbank};
    if (command == "embed") words.insert(words.end(), {"-f", "jsonl"});
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit, 4) << outcome;
    EXPECT_TRUE(outcome.says("this is a GenBank flat file, not sequences")) << outcome;
  }
  EXPECT_TRUE(run({"score", kLongWild, "--variants", sheet}).says("this is a spreadsheet")) << "variants";
  EXPECT_TRUE(groel({"project", sheet}).says("this is a spreadsheet (Excel or OpenDocument), not vectors"));
  EXPECT_TRUE(groel({"project", kProteins}).says("these are sequences, not vectors"));
  const auto [pir, said] = embedded(">P1;A\nDescription\nMKTAYIAK*\n>P1;B\n\nMKTA YIAK\nQR*\n");
  EXPECT_EQ(pir["residues"], 8 + 10);
  EXPECT_TRUE(said.says("read as PIR (NBRF)")) << said;
}

TEST_F(Inputs, TrainingTablesAreTheSameTables) {
  std::string table = "# comment\nsequence;label\nnan;0,5\nMKTAYIAKQ;NA\n";
  for (int i = 0; i < 8; ++i) table += fmt::format("MKTAYIAKQR{};0,{}\n", "ACDEFGHI"[i], i + 1);
  const Outcome outcome = groel({"train", "classify", "--data", write("t.csv", table), "--from", kEsm2, "--train",
                                 "heads", "--steps", "2", "--output", folder_ / "model"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("1 row left out: no sequence")) << outcome;
  EXPECT_TRUE(outcome.says("1 row left out: no label")) << outcome;
  EXPECT_TRUE(outcome.says("regression")) << outcome;
  EXPECT_TRUE(outcome.says("commas are read as decimal points")) << outcome;
}

}  // namespace
}  // namespace groel::testing
