// Tables with something wrong in them, through every command that can meet it: what is wrong is said and counted,
// and nothing is lost or guessed in silence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/files.h"
#include "support/program.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;

class BadTables : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) const { return write_file(work_ / name, text); }
  Outcome data(const Words& words) const { return groel(Words{"data"} + words); }
  Outcome train(const Words& words) const {
    return groel(Words{"train", "classify", "--from", kEsm2, "--head", "linear", "--epochs", "1", "--report", "none",
                       "--vector-cache", "0", "--overwrite", "--output", work_ / "m"} +
                 words);
  }
  Outcome evaluate(const Words& words) const { return groel(Words{"evaluate", "classify", "-m", work_ / "m"} + words); }
  Outcome judge(const std::string& table, const Words& words) const {
    return groel(Words{"evaluate", "table", file("p.csv", table)} + words);
  }
  static void expect_refused(const Outcome& outcome, const std::string& message) {
    EXPECT_NE(outcome.exit, 0) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(message));
  }
  static void expect_said(const Outcome& outcome, const std::string& message) {
    EXPECT_EQ(outcome.exit, 0) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(message));
  }

  TemporaryFolder work_;
  const std::string table_ =
      file("t.csv",
           "id,sequence,label,y,set\na,MKVLA,x,1.5,train\nb,MKVLI,z,2.5,train\n"
           "c,MKVLL,x,0.5,train\nd,MKWWL,z,3.5,train\ne,MKAAL,x,1.1,valid\nf,MKAAQ,z,0.2,valid\n");
};

TEST_F(BadTables, AMissingColumnNamesThoseThatThereAre) {
  const std::string there = "there is no column 'zz'; the columns are 'id', 'sequence', 'label', 'y', 'set'";
  const std::string out = work_ / "parts";
  for (const Words& words : std::vector<Words>{{"split", table_, "--out", out, "--stratify", "zz"},
                                               {"split", table_, "--out", out, "--by-column", "zz"},
                                               {"split", table_, "--out", out, "--sequence-column", "zz"},
                                               {"join", table_, table_, "--id-column", "zz"},
                                               {"filter", table_, "--where", "zz=1"},
                                               {"filter", table_, "--count-column", "zz", "--min-count", "2"},
                                               {"filter", table_, "--rename", "zz=a"},
                                               {"dedupe", table_, "--key", "zz"},
                                               {"labels", table_, "--term-column", "zz"},
                                               {"merge", table_, table_, "--sequence-column", "zz"},
                                               {"describe", table_, "--label-column", "zz"}})
    expect_refused(data(words), there);
  for (const char* option : {"--label-column", "--sequence-column", "--split-column"})
    expect_refused(train({"--data", table_, option, "zz"}), there);
  expect_refused(
      groel({"evaluate", "table", table_, "--truth-column", "zz", "--label-column", "y", "--kind", "regression"}),
      there);
  ASSERT_EQ(train({"--data", table_, "--label-column", "label", "--split-column", "set"}).exit, 0);
  expect_refused(groel({"predict", table_, "-m", work_ / "m", "--sequence-column", "zz"}), there);
  expect_refused(evaluate({"--data", table_, "--label-column", "zz"}), there);
  expect_refused(evaluate({"--data", table_, "--label-column", "label", "--split-column", "zz", "--split", "x"}),
                 there);
}

TEST_F(BadTables, ColumnsWithNamesOfOtherOutputs) {
  const std::string table = file("outputs.csv",
                                 "sequence,u,v,w,z,fold\nMKVLA,1.5,2.5,0.1,0.3,a/b\nMKVLI,2.5,0.5,0.2,0.4,a_b\n"
                                 "MKVLL,0.5,1.5,0.3,0.1,a/b\nMKWWL,3.5,2.5,0.7,0.9,a_b\nMKAAL,1.1,0.1,0.9,0.2,a/b\n");
  ASSERT_EQ(train({"--data", table, "--valid", table, "--label-column", "u,v"}).exit, 0);
  expect_refused(evaluate({"--data", table, "--label-column", "v,w"}),
                 "some of the columns v, w have names of outputs and some have none; the outputs are u, v");
  expect_said(evaluate({"--data", table, "--label-column", "w,z"}),
              "columns w, z are taken for u, v, in this order: none has the name of an output");
  expect_refused(train({"--data", table, "--label-column", "u", "--split-column", "fold", "--each-split"}),
                 "two values of column 'fold' would have one folder, 'split-a_b'");
}

TEST_F(BadTables, IdsOfOneTableAloneAreCounted) {
  const std::string terms = file("terms.tsv", "EntryID\tterm\nP1\ta\nP1\tb\nP2\ta\nP3\ta\nP3\tb\nP4\tc\n");
  const std::string taxa = file("taxa.csv", "EntryID,taxon\nP2,9606\nP9,1\nP2,7\n");
  const Outcome joined = data({"join", terms, taxa});
  EXPECT_EQ(joined.out, "EntryID,term,taxon\nP2,a,9606\n");
  expect_said(joined, "3 ids (5 rows) of " + terms + " in this file alone: P1, P3, P4");
  expect_said(joined, "1 id of " + taxa + " in this file alone: P9");
  expect_said(joined, "1 row repeated an earlier id, whose row is used");
  expect_said(joined, "1 of 6 rows kept");
  EXPECT_EQ(data({"join", terms, taxa, "--keep", "all"}).out,
            "EntryID,term,taxon\nP1,a,\nP1,b,\nP2,a,9606\nP3,a,\nP3,b,\nP4,c,\n");
  const std::string named = file("named.csv", "protein,taxon\nP2,9606\n");
  const Outcome other = data({"join", terms, named, "--id-column", "protein"});
  EXPECT_EQ(other.out, "EntryID,term,taxon\nP2,a,9606\n");
  expect_said(other, "has no column 'protein': its ids are those of 'EntryID'");
  expect_refused(data({"join", terms, file("none.csv", "EntryID,y\nQ,1\n")}), "no id is in both files");
  expect_refused(
      data({"split", table_, "--index-files", file("i.txt", "a\nq\n"), "--id-column", "id", "--out", work_ / "parts"}),
      "1 entry that no row of the table has: q");
  expect_said(data({"split", table_, "--clusters", file("c.tsv", "a\ta\na\tb\n"), "--out", work_ / "parts"}),
              "4 ids of the table not in");
}

TEST_F(BadTables, CellsOfAnyTextComeThroughAJoin) {
  const std::string odd = file("odd.csv", "id,note\na,\"x\ty\"\nb,\"two\nlines\"\nc,\"a \"\"b\"\"\"\n");
  const std::string out = work_ / "joined.tsv";
  ASSERT_EQ(data({"join", odd, table_, "-o", out}).exit, 0);
  EXPECT_EQ(data({"join", out, file("k.csv", "id,k\na,1\nb,2\nc,3\n"), "--id-column", "id"}).out,
            "id,note,sequence,label,y,set,k\na,x\ty,MKVLA,x,1.5,train,1\nb,\"two\nlines\",MKVLI,z,2.5,train,2\n"
            "c,\"a \"\"b\"\"\",MKVLL,x,0.5,train,3\n");
}

TEST_F(BadTables, AClassOfOneRow) {
  const std::string table = file("one.csv", "id,sequence,label\na,MK,x\nb,MV,x\nc,ML,y\nd,MI,x\ne,MW,x\n");
  expect_refused(data({"split", table, "--stratify", "label", "--out", work_ / "parts"}),
                 "1 class of column 'label' has one row alone, which cannot be on both sides: 'y'");
  expect_said(data({"split", table, "--stratify", "label", "--folds", "2", "--out", work_ / "parts"}),
              "1 class of column 'label' has fewer rows than there are folds, and is not in every test part: 'y' (1 "
              "row)");
  expect_said(train({"--data", table, "--valid", table}), "there is one example each to learn from of: y");
}

TEST_F(BadTables, AnEmptySplit) {
  const std::string out = work_ / "parts";
  expect_refused(data({"split", table_, "--by-column", "set", "--test-values", "q", "--out", out}), "no row has 'q'");
  expect_refused(data({"split", table_, "--index-files", file("a.txt", "0\n") + "," + file("b.txt", ""), "--out", out}),
                 "no row is left for b");
  expect_refused(data({"split", table_, "--test-size", "0", "--out", out}), "does not leave both sides");
  EXPECT_FALSE(fs::exists(fs::path(out) / "train.csv"));
  const Words labelled{"--data", table_, "--label-column", "label", "--split-column", "set"};
  expect_refused(train(labelled + Words{"--valid-split", "dev"}), "there are 'train' (4), 'valid' (2)");
  expect_refused(train(labelled + Words{"--test"}), "there are no rows of a split called test");
  EXPECT_FALSE(fs::exists(work_ / "m"));
  ASSERT_EQ(train(labelled).exit, 0);
  expect_refused(evaluate(labelled + Words{"--split", "dev"}), "column 'set' has 'train' (4), 'valid' (2)");
  expect_refused(evaluate(labelled + Words{"--split", "valid,dev"}), "no row is in split 'dev'; column 'set' has");
  expect_refused(train(labelled + Words{"--valid-split", "valid,dev"}), "no row is in split 'dev'; there are");
  const std::string empty = file("empty.csv", "id,sequence,label\n");
  expect_refused(evaluate({"--data", empty}), "the table has no rows");
  expect_refused(train({"--data", table_, "--valid", empty}), "the table has no rows");
  expect_refused(groel({"predict", empty, "-m", work_ / "m"}), "there are no sequences in it");
  expect_refused(judge("y,p\n", {"--truth-column", "y", "--score-columns", "p", "--kind", "binary"}),
                 "the table has no rows");
}

TEST_F(BadTables, TargetsThatAreNoNumbers) {
  const std::string table = file("n.csv", "id,sequence,y\na,MKV,1.5\nb,MKL,low\nc,MKI,2.5\nd,MKW,low\ne,MKF,<1\n");
  const Outcome refused = train({"--data", table, "--label-column", "y", "--problem", "regression"});
  expect_refused(refused,
                 "n.csv:3: the label 'low' is not a number; 3 rows have none that can be learned: '<1' (1), 'low' (2)");
  const std::string some = file("s.csv", "id,sequence,y\na,MKV,1.5\nb,MKL,NA\nc,MKI,2.5\nd,MKW,3.5\n");
  expect_said(train({"--data", some, "--label-column", "y", "--valid-fraction", "0.3"}),
              "1 row left out: no label, as in " + some + ":3");
  const Outcome judged =
      judge("y,p\n1,2\nlow,3\n2,2.5\n3,1\n", {"--truth-column", "y", "--score-columns", "p", "--kind", "regression"});
  expect_said(judged, "1 of 4 values left out, as no finite number; the first is 'low'");
  expect_said(data({"filter", table, "--where", "y<=2"}), "3 rows left out: no number where --where compares one");
}

TEST_F(BadTables, LabelsThatWereNotLearned) {
  const Words labelled{"--data", table_, "--label-column", "label", "--split-column", "set"};
  const std::string test = file("test.csv", "id,sequence,label\na,MKVVV,new\nb,MKVVA,x\nc,MVVVV,new\nd,MVVVA,other\n");
  const std::string said =
      "test.csv:2: the label 'new' is none of the classes: x, z; 3 rows have labels that are none: "
      "'new' (2), 'other' (1)";
  expect_refused(train(labelled + Words{"--test", "--test-data", test}), said);
  EXPECT_FALSE(fs::exists(work_ / "m"));  // before anything was learned
  ASSERT_EQ(train(labelled).exit, 0);
  expect_refused(evaluate({"--data", test}), said);
  const std::string valid = file("valid.csv", "id,sequence,label\na,MKVVV,new\nb,MKVVA,x\n");
  expect_said(train({"--data", table_, "--label-column", "label", "--valid", valid}),
              "there is no example to learn from of: new");
  const std::string lists = file("lists.csv", "id,sequence,label,set\na,MKV,u;v,train\nb,MKL,u,train\nc,MKI,v,valid\n");
  ASSERT_EQ(train({"--data", lists, "--split-column", "set"}).exit, 0);
  expect_refused(evaluate({"--data", file("l2.csv", "id,sequence,label\na,MKV,u;w\nb,MKA,w;q\n")}),
                 "the label 'w' is none of the classes: u, v; 2 rows have labels that are none: 'q' (1), 'w' (2)");
  expect_refused(
      judge("t,u,v\nu,0.1,0.9\nw,0.2,0.8\n", {"--truth-column", "t", "--score-columns", "u,v", "--kind", "multiclass"}),
      "the classes 'u', 'w' do not all have a column of scores among 'u', 'v'");
}

TEST_F(BadTables, DecimalCommas) {
  const std::string table =
      file("commas.csv", "id;sequence;y\na;MKV;1,5\nb;MKL;2,25\nc;MKI;3\nd;MKW;0,75\ne;MKF;4,5\n");
  const std::string said = "column 'y': commas are read as decimal points";
  const Outcome kept = data({"filter", table, "--where", "y<=2.3"});
  EXPECT_EQ(kept.out, "id;sequence;y\na;MKV;1,5\nb;MKL;2,25\nd;MKW;0,75\n");
  expect_said(kept, said);
  EXPECT_EQ(json::parse(data({"describe", table, "--json"}).out)["columns"][2]["numbers"]["median"], 2.25);
  expect_said(train({"--data", table, "--label-column", "y", "--valid-fraction", "0.3"}), said);
  EXPECT_EQ(json::parse(read_file(work_ / "m/predictor.json"))["predicts"], "numbers");
  expect_said(evaluate({"--data", table, "--label-column", "y"}), said);
  expect_said(
      judge("y;p\n1,5;1,4\n2,5;2\n3,5;4,1\n", {"--truth-column", "y", "--score-columns", "p", "--kind", "regression"}),
      said);
  // Joined and split, a table of commas keeps its cells as they are.
  EXPECT_EQ(data({"join", table, file("k.csv", "id,k\nb,1\n")}).out, "id,sequence,y,k\nb,MKL,\"2,25\",1\n");
}

TEST_F(BadTables, RowsOfTwoSplits) {
  const std::string table =
      file("d.csv", "id,sequence,label,set\na,MKV,x,train\nb,mkv,x,test\nc,MKL,y,train\nd,MKW,y,test\n");
  expect_said(data({"split", table, "--by-column", "set", "--out", work_ / "parts"}),
              "1 row has the same sequence as a row of another part");
  const Outcome distinct = data({"dedupe", work_ / "parts/test.csv", "--against", work_ / "parts/train.csv"});
  EXPECT_EQ(distinct.out, "id,sequence,label,set\nd,MKW,y,test\n");
  expect_said(distinct, "1 row also in the files of --against and left out");
  const Outcome merged = data({"merge", work_ / "parts/train.csv", work_ / "parts/test.csv"});
  expect_said(merged, "1 row has a sequence that an earlier file has, too");
  const std::string valid = file("v.csv", "sequence,label\nMKA,x\nMKL,y\n");
  const Words run{"--data", work_ / "parts/train.csv", "--valid", valid, "--label-column", "label"};
  const Outcome trained = train(run + Words{"--test", "--test-data", work_ / "parts/test.csv"});
  expect_said(trained, "1 of 2 held-out sequences are also learned from");
  expect_said(trained, "1 of 2 test sequences are also learned from");
  expect_said(evaluate({"--data", work_ / "parts/test.csv", "--label-column", "label"}),
              "the model has learned from 1 of these 2 sequences");
}

}  // namespace
}  // namespace groel::testing
