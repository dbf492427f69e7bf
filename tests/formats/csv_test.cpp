// Tables as CSV and TSV: the exact text.
#include "sample.h"

namespace groel::formats {
namespace {

Sample table() {
  Sample run{{{{Output::mean, 6, 2}, {Output::cls, 33, 1}}, 3, 5, {}}, {}};
  run.results.push_back(
      {"a,b", "h", 3, "ff", {{Output::mean, 6, {2}, {0.5F, 0.1F}}, {Output::cls, 33, {1}, {NAN}}}, {}});
  run.results.push_back({"tab\t\"q\"", "h", 0, "", {}, Error(ErrorKind::bad_input, {"empty", "in.fa", "drop, it"})});
  run.results.push_back(
      {"c", "h", 2, "00", {{Output::mean, 6, {2}, {INFINITY, -1e20F}}, {Output::cls, 33, {1}, {-INFINITY}}}, {}});
  return run;
}

TEST(Csv, TextIsExactlyThis) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_bytes(write_sample(table(), "csv", folder / "out")),
            "id,length,sha256,error,mean_6_0,mean_6_1,cls_33_0\n"
            "\"a,b\",3,ff,,0.5,0.1,NaN\n"
            "\"tab\t\"\"q\"\"\",0,,\"bad_input: in.fa: empty\n  drop, it\",,,\n"
            "c,2,00,,Inf,-1e+20,-Inf\n");
}

TEST(Csv, TabsInATsv) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_bytes(write_sample(table(), "", folder / "out.tsv")),
            "id\tlength\tsha256\terror\tmean_6_0\tmean_6_1\tcls_33_0\n"
            "a,b\t3\tff\t\t0.5\t0.1\tNaN\n"
            "\"tab\t\"\"q\"\"\"\t0\t\t\"bad_input: in.fa: empty\n  drop, it\"\t\t\t\n"
            "c\t2\t00\t\tInf\t-1e+20\t-Inf\n");
}

TEST(Csv, NoRecordsLeaveTheHeader) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_bytes(write_sample({{{{Output::mean, 6, 2}}, 0, 0, {}}, {}}, "csv", folder / "out")),
            "id,length,sha256,error,mean_6_0,mean_6_1\n");
}

}  // namespace
}  // namespace groel::formats
