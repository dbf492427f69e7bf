// groel data merge, variants, join of several files, comparisons of numbers, pictures: tables put together.
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

class DataTables : public ::testing::Test {
 protected:
  Outcome data(std::vector<std::string> words) const {
    words.insert(words.begin(), "data");
    return groel(words);
  }
  std::string file(const std::string& name, const std::string& text) const { return write_file(work_ / name, text); }

  TemporaryFolder work_;
};

TEST_F(DataTables, PositivesAndNegativesAreMerged) {
  const std::string yes = file("yes.fasta", ">a\nMKV\n>b\nMM\n"),
                    no = file("no.csv", "id,note,sequence\nc,\"x,y\",MK\nd,,MM\n");
  const Outcome done = data({"merge", yes, no, "--labels", "AMP,Non-AMP", "--label-column", "activity"});
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(done.out, "id,sequence,note,activity\na,MKV,,AMP\nb,MM,,AMP\nc,MK,\"x,y\",Non-AMP\nd,MM,,Non-AMP\n");
  EXPECT_TRUE(done.says("1 row has a sequence that an earlier file has, too: it has two labels")) << done;
  EXPECT_EQ(data({"merge", yes, no}).out, "id,sequence,note\na,MKV,\nb,MM,\nc,MK,\"x,y\"\nd,MM,\n");
  EXPECT_TRUE(data({"merge", yes, no, "--labels", "AMP"}).says("1 label for 2 files"));
  EXPECT_TRUE(data({"merge", yes, no, "--labels", "1,0", "--label-column", "note"}).says("a column 'note' already"));
}

TEST_F(DataTables, SeveralFilesAreJoined) {
  const std::string sequences = file("sequences.fasta", ">a\nMKV\n>b\nMM\n>c\nMM\n");
  const std::string labels = file("sampled.fasta", ">b SET=test\nHC\n>a SET=train\nHHC\n");
  const std::string mask = file("mask.fasta", ">a\n011\n>b\n11\n");
  const Outcome done = data({"join", sequences, labels, mask, "--rename", "sampled=structure"});
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(done.out, "id,sequence,structure,SET,mask\na,MKV,HHC,train,011\nb,MM,HC,test,11\n");
  EXPECT_TRUE(done.says("1 id of")) << done;
  EXPECT_TRUE(done.says("is called 'mask', as an earlier file has one of its name")) << done;
  const std::string other = file("other.csv", "id,SET\na,x\n");
  EXPECT_EQ(data({"join", labels, other}).out, "id,sequence,SET,SET_other\na,HHC,train,x\n");
  EXPECT_EQ(data({"join", labels, other, "--keep", "all"}).out,
            "id,sequence,SET,SET_other\nb,HC,test,\na,HHC,train,x\n");
  EXPECT_TRUE(data({"join", labels, other, "--rename", "SET=id"}).says("two columns would be called 'id'"));
  EXPECT_TRUE(data({"join", labels, other, "--rename", "SETT=x"}).says("did you mean --rename 'SET'?"));
  EXPECT_TRUE(data({"join", labels, file("none.csv", "id,y\nz,1\n")}).says("no id is in both files"));
}

TEST_F(DataTables, NumbersAreCompared) {
  const std::string path = file("t.csv", "id,n,sequence\na,1,MK\nb,2.5,MK\nc,,MK\nd,-3,MK\n");
  const auto kept = [&](const std::string& condition) { return data({"filter", path, "--where", condition}).out; };
  EXPECT_EQ(kept("n<=1"), "id,n,sequence\na,1,MK\nd,-3,MK\n");
  EXPECT_EQ(kept("n<1"), "id,n,sequence\nd,-3,MK\n");
  EXPECT_EQ(kept("n>=2.5"), "id,n,sequence\nb,2.5,MK\n");
  EXPECT_EQ(kept("n>1"), "id,n,sequence\nb,2.5,MK\n");
  EXPECT_EQ(kept("n!=1|2.5"), "id,n,sequence\nc,,MK\nd,-3,MK\n");
  EXPECT_TRUE(data({"filter", path, "--where", "n>1"}).says("1 row left out: no number where --where compares one"));
  EXPECT_TRUE(data({"filter", path, "--where", "n>one"}).says("'n>one' is no condition"));
  EXPECT_TRUE(data({"filter", path, "--where", "m>1"}).says("the columns are 'id', 'n', 'sequence'"));
  EXPECT_EQ(data({"filter", path, "--where", "n=1", "--rename", "sequence=seq,n=mutations"}).out,
            "id,mutations,seq\na,1,MK\n");
}

TEST_F(DataTables, VariantsBecomeSequences) {
  const std::string protein = file("wt.fasta", ">wt\nMKVLA\n");
  const std::string table = file("v.tsv", "mutant\tscore\n\t3.7\nSK1R\t1.5\nSK1R:SL3A\t0.5\nSL3*\t0.1\nSW1R\t9\n");
  const Outcome done = data({"variants", table, protein, "--prefix", "S", "--offset", "-1", "-o", work_ / "out.csv"});
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(read_file(work_ / "out.csv"),
            "mutant,score,mutation_count,sequence\n,3.7,0,MKVLA\nSK1R,1.5,1,MRVLA\nSK1R:SL3A,0.5,2,MRVAA\n");
  EXPECT_TRUE(done.says("2 rows left out whose variant makes no protein, as ")) << done;
  EXPECT_TRUE(done.says("3 of 5 rows kept")) << done;
  const Outcome wrong = data({"variants", file("w.csv", "mutant\nA9C\nA8C\n"), protein});
  EXPECT_EQ(wrong.exit, 4) << wrong;
  EXPECT_TRUE(wrong.says("no variant of 2 fits the wild type")) << wrong;
  EXPECT_TRUE(data({"variants", table, file("two.fasta", ">a\nMK\n>b\nMK\n")}).says("one wild type is wanted"));
}

TEST_F(DataTables, DescriptionsAreDrawn) {
  const std::string path = file("t.csv", "id,sequence,Nucleus,Cytoplasm\na,MKV,1,0\nb,MK,1.0,1\nc,MKVL,0,0\n");
  const Outcome done =
      data({"describe", path, "--label-column", "Nucleus,Cytoplasm", "--picture", work_ / "p", "--json"});
  ASSERT_EQ(done.exit, 0) << done;
  const json said = json::parse(done.out);
  EXPECT_EQ(said["classes"][0]["class"], "Nucleus");
  EXPECT_EQ(said["classes"][0]["rows"], 2);
  EXPECT_EQ(said["labels_per_row"]["most"], 2);
  for (const char* name : {"lengths", "classes", "labels_per_row", "rows_per_id"})
    EXPECT_THAT(read_file(work_ / ("p/" + std::string(name) + ".svg")), HasSubstr("<svg")) << name;
  EXPECT_THAT(read_file(work_ / "p/classes.svg.csv"), HasSubstr("Nucleus"));
  EXPECT_TRUE(data({"describe", path, "--picture", work_ / "p"}).says("exists already"));
  EXPECT_EQ(data({"describe", path, "--picture", work_ / "p", "--overwrite"}).exit, 0);
}

}  // namespace
}  // namespace groel::testing
