// groel data: splits as scikit-learn makes them, and tables joined, filtered, described, turned into labels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/files.h"
#include "support/program.h"

namespace groel::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Data : public ::testing::Test {
 protected:
  Outcome data(std::vector<std::string> words) const {
    words.insert(words.begin(), "data");
    return groel(words);
  }
  std::string file(const std::string& name, const std::string& text) const {
    write_file(work_ / name, text);
    return work_ / name;
  }
  /// Its rows without the header, as one text.
  std::string rows(const std::string& name) const {
    const std::string text = read_file(work_ / name);
    return text.substr(text.find('\n') + 1);
  }

  TemporaryFolder work_;
};

// train_test_split(range(10), test_size=0.3, random_state=42): train 0 7 2 9 4 3 6, test 8 1 5.
TEST_F(Data, SplitsAsScikitLearnDoes) {
  std::string table = "n,sequence\n";
  for (int i = 0; i < 10; ++i) table += fmt::format("{},  M{}K\n", i, i);
  const Outcome done =
      data({"split", file("t.csv", table), "--test-size", "0.3", "--random-state", "42", "--out", work_ / "a"});
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(rows("a/test.csv"), "8,  M8K\n1,  M1K\n5,  M5K\n");
  EXPECT_EQ(rows("a/train.csv"), "0,  M0K\n7,  M7K\n2,  M2K\n9,  M9K\n4,  M4K\n3,  M3K\n6,  M6K\n");
  const Outcome again = data({"split", work_ / "t.csv", "--out", work_ / "a"});
  EXPECT_TRUE(again.says("exists already")) << again;
}

// Every case of the reference's that has a split, through files: rows come in its order.
TEST_F(Data, StratifiedCasesOfTheReference) {
  const json cases = json::parse(read_file(GROEL_TEST_DATA "/metrics/splits.json"))["train_test_split"];
  int run = 0;
  for (std::size_t at = 0; at < cases.size(); at += 9) {
    const json& test = cases[at];
    if (test["stratify"].is_null() || test["n"] > 101) continue;
    std::string table = "row,class\n";
    for (std::size_t i = 0; i < test["stratify"].size(); ++i)
      table += fmt::format("{},{}\n", i, test["stratify"][i].dump());
    const std::string out = work_ / fmt::format("case{}", at);
    const Outcome done = data({"split", file("t.csv", table), "--test-size", test["test_size"].dump(), "--random-state",
                               test["random_state"].dump(), "--stratify", "class", "--out", out});
    EXPECT_EQ(done.exit == 0, !test.contains("error")) << test.dump() << done;
    if (done.exit != 0 || test.contains("error")) continue;
    ++run;
    for (const char* side : {"train", "test"}) {
      std::string expected = "row,class\n";
      for (const json& row : test[side])
        expected += fmt::format("{},{}\n", row.dump(), test["stratify"][row.get<std::size_t>()].dump());
      EXPECT_EQ(read_file(fmt::format("{}/{}.csv", out, side)), expected) << test.dump();
    }
  }
  EXPECT_GT(run, 3);
}

TEST_F(Data, CellsStayAsTheyAre) {
  const std::string table = "id;note;set\r\n1;\"a;b\r\nc\";x\r\n2; \"q ;y\r\n3;;x\r\n";
  const Outcome done = data({"split", file("t.csv", table), "--by-column", "set", "--out", work_ / "b"});
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(read_file(work_ / "b/x.csv"), "id;note;set\n1;\"a;b\r\nc\";x\n3;;x\n");
  EXPECT_EQ(read_file(work_ / "b/y.csv"), "id;note;set\n2; \"q ;y\n");
}

TEST_F(Data, ValidationColumnsFilesAndFasta) {
  std::string table = "id,part\n";
  for (int i = 0; i < 20; ++i) table += fmt::format("p{},{}\n", i, i % 5);
  const std::string path = file("t.csv", table);
  const json said =
      json::parse(data({"split", path, "--test-size", "0.2", "--val-size", "0.1", "--out", work_ / "c", "--json"}).out);
  EXPECT_EQ(said["files"][0]["rows"], 14);
  EXPECT_EQ(said["files"][1]["rows"], 2);
  EXPECT_EQ(said["files"][2]["rows"], 4);
  const Outcome by =
      data({"split", path, "--by-column", "part", "--test-values", "4", "--val-values", "0,1", "--out", work_ / "d"});
  EXPECT_EQ(by.exit, 0) << by;
  EXPECT_EQ(rows("d/test.csv"), "p4,4\np9,4\np14,4\np19,4\n");
  file("held.txt", "3\n0\n");
  file("ids.txt", "p5\np2\n");
  EXPECT_EQ(data({"split", path, "--index-files", work_ / "held.txt", "--out", work_ / "e"}).exit, 0);
  EXPECT_EQ(rows("e/held.csv"), "p3,3\np0,0\n");
  EXPECT_EQ(data({"split", path, "--index-files", work_ / "ids.txt", "--id-column", "id", "--out", work_ / "e"}).exit,
            0);
  EXPECT_EQ(rows("e/ids.csv"), "p5,0\np2,2\n");
  const std::string fasta = file("t.fasta", ">a SET=train TARGET=1.5\nMK\nVL\n>b SET=test TARGET=2\nMMM\n");
  EXPECT_EQ(data({"split", fasta, "--by-column", "SET", "--out", work_ / "f"}).exit, 0);
  EXPECT_EQ(read_file(work_ / "f/train.fasta"), ">a SET=train TARGET=1.5\nMK\nVL\n");
}

// KFold(3) and StratifiedKFold(3, shuffle=True, random_state=7) of scikit-learn.
TEST_F(Data, FoldsAreScikitLearns) {
  std::string table = "n,y\n";
  for (int i = 0; i < 10; ++i) table += fmt::format("{},{}\n", i, i % 3 == 0 ? 1 : 0);
  const std::string path = file("t.csv", table);
  const auto numbers = [&](const std::string& name) {
    std::string out;
    const std::string text = rows(name);
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) out += text.substr(at, 1);
    return out;
  };
  ASSERT_EQ(data({"split", path, "--folds", "3", "--out", work_ / "k"}).exit, 0);
  EXPECT_EQ(numbers("k/fold1/test.csv"), "0123");
  EXPECT_EQ(numbers("k/fold1/train.csv"), "456789");
  EXPECT_EQ(numbers("k/fold3/test.csv"), "789");
  const Outcome drawn = data(
      {"split", path, "--folds", "3", "--stratify", "y", "--shuffle", "--random-state", "7", "--out", work_ / "s"});
  ASSERT_EQ(drawn.exit, 0) << drawn;
  EXPECT_EQ(numbers("s/fold1/test.csv"), "2346");
  EXPECT_EQ(numbers("s/fold2/test.csv"), "018");
  EXPECT_EQ(numbers("s/fold3/test.csv"), "579");
  EXPECT_TRUE(data({"split", path, "--shuffle", "--out", work_ / "x"}).says("it goes with --folds"));
  EXPECT_TRUE(data({"split", path, "--folds", "1", "--out", work_ / "x"}).says("two folds at least"));
}

TEST_F(Data, ClustersStayTogether) {
  std::string table = "id,sequence\n";
  for (int i = 0; i < 10; ++i) table += fmt::format("p{},M{}K\n", i, i);
  const std::string path = file("t.csv", table);
  const std::string clusters = file("c.tsv", "p0\tp0\np0\tp1\np0\tp2\np5\tp5\np5\tp6\np7\tp7\n");
  const Outcome done = data({"split", path, "--clusters", clusters, "--test-size", "0.3", "--out", work_ / "a"});
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_TRUE(done.says("4 ids of the table not in")) << done;
  EXPECT_TRUE(done.says("10 rows are in 7 clusters")) << done;
  const std::string test = rows("a/test.csv");
  EXPECT_EQ(std::count(test.begin(), test.end(), '\n'), 3);
  for (const auto& [first, second] : {std::pair{"p0,", "p1,"}, {"p1,", "p2,"}, {"p5,", "p6,"}})
    EXPECT_EQ(test.find(first) == std::string::npos, test.find(second) == std::string::npos) << test;
  ASSERT_EQ(data({"split", path, "--clusters", clusters, "--folds", "3", "--out", work_ / "b"}).exit, 0);
  EXPECT_EQ(rows("b/fold1/test.csv"), "p0,M0K\np1,M1K\np2,M2K\np9,M9K\n");
  EXPECT_EQ(rows("b/fold2/test.csv"), "p5,M5K\np6,M6K\np7,M7K\n");
  const Outcome none = groel({"data", "split", path, "--by-cluster", "--out", work_ / "c"},
                             {.folder = {}, .input = {}, .environment = {{"PATH", work_.path().string()}}});
  EXPECT_EQ(none.exit, 8) << none;
  EXPECT_TRUE(none.says("apt-get install mmseqs2")) << none;
}

// A program of that name that puts the first two sequences in one cluster.
TEST_F(Data, SimilarSequencesAreLeftOut) {
  file("mmseqs", "#!/bin/sh\nprintf '0\\t0\\n0\\t1\\n2\\t2\\n' > \"$3_cluster.tsv\"\n");
  std::filesystem::permissions(work_ / "mmseqs", std::filesystem::perms::owner_all);
  const std::string path = file("t.csv", "id,sequence\na,MKV\nb,MKVL\nc,WWW\nd,MKV\n");
  const Process::Setup here{.folder = {}, .input = {}, .environment = {{"PATH", work_.path().string() + ":/bin"}}};
  const Outcome done = groel({"data", "dedupe", path, "--identity", "0.9"}, here);
  EXPECT_EQ(done.out, "id,sequence\na,MKV\nc,WWW\n") << done;
  EXPECT_TRUE(done.says("2 rows repeated an earlier one, or are like it, and left out")) << done;
  file("mmseqs", "#!/bin/sh\necho no room >&2\nexit 1\n");
  const Outcome failed = groel({"data", "split", path, "--by-cluster", "--out", work_ / "s"}, here);
  EXPECT_TRUE(failed.says("MMseqs2 ended with an error")) << failed;
  EXPECT_TRUE(failed.says("no room")) << failed;
}

TEST_F(Data, BadSplitsAreExplained) {
  const std::string path = file("t.csv", "id,class,sequence\n1,a,MK\n2,a,MK\n3,b,MV\n4,c,ML\n");
  const Outcome lonely = data({"split", path, "--stratify", "class", "--out", work_ / "g"});
  EXPECT_EQ(lonely.exit, 4) << lonely;
  EXPECT_TRUE(lonely.says("2 classes of column 'class' have one row alone")) << lonely;
  EXPECT_TRUE(lonely.says("'b', 'c'")) << lonely;
  const Outcome missing = data({"split", path, "--stratify", "klass", "--out", work_ / "g"});
  EXPECT_TRUE(missing.says("the columns are 'id', 'class', 'sequence'")) << missing;
  const Outcome all = data({"split", path, "--test-size", "4", "--out", work_ / "g"});
  EXPECT_EQ(all.exit, 2) << all;
  const Outcome none = data({"split", path, "--by-column", "class", "--test-values", "z", "--out", work_ / "g"});
  EXPECT_TRUE(none.says("no row has 'z': column 'class' has 'a' (2), 'b' (1), 'c' (1)")) << none;
  const Outcome one = data({"split", path, "--by-column", "class", "--test-values", "b,z", "--out", work_ / "g"});
  EXPECT_EQ(one.exit, 4) << one;
  EXPECT_TRUE(one.says("no row has 'z'")) << one;
  const std::string names = file("names.csv", "id,family\n1,a/b\n2,a_b\n3,empty\n");
  const Outcome same = data({"split", names, "--by-column", "family", "--out", work_ / "g"});
  EXPECT_EQ(same.exit, 4) << same;
  EXPECT_TRUE(same.says("'a/b' and 'a_b' would be one file, 'a_b.csv'")) << same;
  std::filesystem::create_directory(work_ / "other");
  const Outcome files = data(
      {"split", path, "--index-files", file("p.txt", "0\n") + "," + file("other/p.txt", "1\n"), "--out", work_ / "g"});
  EXPECT_EQ(files.exit, 4) << files;
  EXPECT_TRUE(files.says("would be one file, 'p.csv'")) << files;
  EXPECT_FALSE(std::filesystem::exists(work_ / "g/train.csv"));
  const Outcome shared = data({"split", path, "--by-column", "id", "--test-values", "2", "--out", work_ / "g"});
  EXPECT_TRUE(shared.says("1 row has the same sequence as a row of another part")) << shared;
}

TEST_F(Data, LongListsBecomeMatrices) {
  const std::string list = file("terms.tsv",
                                "EntryID\tterm\taspect\nP2\tGO:2\tMFO\nP1\tGO:1\tMFO\nP1\tGO:2\tMFO\nP1\tGO:2\tMFO\n"
                                "P3\tGO:3\tBPO\nP4\tGO:9\tMFO\nP5\t\tMFO\nP4\tGO:1\tMFO\n");
  const Outcome done = data({"labels", list, "--where", "aspect=MFO", "--min-count", "2", "-o", work_ / "m.csv"});
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(read_file(work_ / "m.csv"), "id,GO:1,GO:2\nP2,0,1\nP1,1,1\nP4,1,0\n");
  for (const char* said : {"1 row left out by --where", "1 row without an id or a label", "1 row repeated",
                           "1 label with fewer than 2 rows"})
    EXPECT_TRUE(done.says(said)) << said << done;
  const Outcome lists = data({"labels", list, "--form", "lists", "--stop-list", "GO:9"});
  EXPECT_EQ(lists.out, "id,labels\nP2,GO:2\nP1,GO:1;GO:2\nP3,GO:3\nP4,GO:1\n");
  const std::string commas = file("commas.csv", "id,term\nP1,\"Nucleus, inner\"\nP1,Cytoplasm\n\"P,2\",Cytoplasm\n");
  EXPECT_EQ(data({"labels", commas, "--form", "lists"}).out,
            "id,labels\nP1,\"Cytoplasm;Nucleus, inner\"\n\"P,2\",Cytoplasm\n");
  EXPECT_EQ(data({"labels", commas, "-o", work_ / "commas.tsv"}).exit, 0);
  EXPECT_EQ(read_file(work_ / "commas.tsv"), "id\tCytoplasm\tNucleus, inner\nP1\t1\t1\nP,2\t1\t0\n");
  const Outcome two = data({"labels", file("two.csv", "id,term\nP1,a;b\n"), "--form", "lists"});
  EXPECT_EQ(two.exit, 4) << two;
  EXPECT_TRUE(two.says("the label 'a;b' holds ';'")) << two;
  EXPECT_TRUE(data({"labels", list, "--term-column", "go"}).says("the columns are 'EntryID', 'term', 'aspect'"));
}

TEST_F(Data, RowsAreFilteredAndJoined) {
  const std::string path = file("t.csv", "id,sequence,taxon\na,MKV,9606\nb,MK,9606\nc,MKV,10090\nd,MKVLL,7\n");
  EXPECT_EQ(data({"filter", path, "--where", "taxon=9606|7", "--min-length", "3", "--max-length", "4"}).out,
            "id,sequence,taxon\na,MKV,9606\n");
  EXPECT_EQ(data({"filter", path, "--count-column", "taxon", "--min-count", "2"}).out,
            "id,sequence,taxon\na,MKV,9606\nb,MK,9606\n");
  const Outcome distinct = data({"dedupe", path, "--label-column", "taxon"});
  EXPECT_EQ(distinct.out, "id,sequence,taxon\na,MKV,9606\nb,MK,9606\nd,MKVLL,7\n");
  EXPECT_TRUE(distinct.says("1 row had another label")) << distinct;
  const std::string train = file("train.csv", "seq\nMK\n");
  EXPECT_EQ(data({"dedupe", path, "--against", train}).exit, 0);
  EXPECT_EQ(data({"dedupe", path, "--against", train}).out, "id,sequence,taxon\na,MKV,9606\nd,MKVLL,7\n");
  const std::string labels = file("l.csv", "EntryID,y\nP1,1\nb,0\nz,1\n");
  const std::string fasta = file("s.fasta", ">sp|P1|ONE\nMKV\n>b\nMM\n>unused\nMV\n");
  const Outcome joined = data({"join", labels, fasta});
  EXPECT_EQ(joined.out, "EntryID,y,sequence\nP1,1,MKV\nb,0,MM\n");
  EXPECT_TRUE(joined.says("1 id of")) << joined;
  EXPECT_TRUE(joined.says("unused")) << joined;
  EXPECT_EQ(data({"join", labels, fasta, "--keep", "all"}).out, "EntryID,y,sequence\nP1,1,MKV\nb,0,MM\nz,1,\n");
  const std::string left = file("left.csv", "id,x\n,1\nNA,2\na,3\n"),
                    right = file("right.csv", "id,y\nNA,4\n,5\na,6\n");
  const Outcome without = data({"join", left, right});
  EXPECT_EQ(without.out, "id,x,y\na,3,6\n") << without;
  EXPECT_TRUE(without.says("left.csv: 2 rows without an id")) << without;
  EXPECT_TRUE(without.says("right.csv: 2 rows without an id")) << without;
  EXPECT_EQ(data({"join", left, right, "--keep", "all"}).out, "id,x,y\n,1,\nNA,2,\na,3,6\n");
}

TEST_F(Data, TablesAreDescribed) {
  const std::string path = file("t.csv", "id,sequence,y\na,MKV,1\nb,MK,1\nb,MK,\nc,MKVL,0\n");
  const json said = json::parse(data({"describe", path, "--label-column", "y", "--json"}).out);
  EXPECT_EQ(said["rows"], 4);
  EXPECT_EQ(said["columns"][2]["missing"], 1);
  EXPECT_EQ(said["ids"]["ids"], 3);
  EXPECT_EQ(said["sequences"]["repeated"], 1);
  EXPECT_EQ(said["sequences"]["residues"]["median"], 2.5);
  EXPECT_EQ(said["classes"][0]["class"], "1");
  EXPECT_EQ(said["classes"][0]["rows"], 2);
  EXPECT_THAT(data({"describe", path}).out, HasSubstr("4 rows"));
  const std::string words = file("w.csv", "id,A,B\na,yes,1\nb,true,0\nc,NA,2\nd,no,\n");
  const Outcome several = data({"describe", words, "--label-column", "A,B", "--json"});
  ASSERT_EQ(several.exit, 0) << several;
  json classes = json::parse(several.out)["classes"];
  EXPECT_EQ(classes[0]["rows"], 2);
  EXPECT_EQ(classes[0]["missing"], 1);
  EXPECT_EQ(classes[1]["rows"], 1);
  EXPECT_EQ(classes[1]["unreadable"], 1);
  EXPECT_TRUE(several.says("column 'A': 1 cell is missing, and counts as no")) << several;
  EXPECT_TRUE(several.says("column 'B': 1 cell says neither yes (1) nor no (0), and counts as no; the first is '2'"))
      << several;
}

}  // namespace
}  // namespace groel::testing
