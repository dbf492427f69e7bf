// groel open: what it takes a result for, and what of it is on the page. tests/browser looks at the pages.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "report/base64.h"
#include "report/picture.h"
#include "report/scripts.h"
#include "support/program.h"
#include "tasks/prediction.h"

namespace groel::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

#define GROEL_NEEDS_APP() \
  if (!::groel::report::has_app()) GTEST_SKIP() << "built without the page: ./run --pictures fetches what it needs"

// What the page of a result shows.
json on_page(const std::string& result, const std::string& page, const Words& more = {}) {
  const Outcome outcome = groel(Words{"open", result, "-o", page} + more);
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_EQ(outcome.out, std::filesystem::absolute(page).string() + "\n");
  const std::string text = read_file(page), begin = "<script id=\"result\" type=\"application/json\">";
  EXPECT_THAT(text, HasSubstr("default-src 'none'"));
  const std::size_t from = text.find(begin) + begin.size();
  return json::parse(text.substr(from, text.find("</script>", from) - from));
}

std::string floats_as_text(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return report::base64(bytes);
}

TEST(Open, VectorsWithTheirMap) {
  GROEL_NEEDS_APP();
  const TemporaryFolder work;
  const std::string file = write_file(work / "v.csv", "id,mean_1_0,mean_1_1\na,1,0\nb,-1,0\nc,0,0.5\nd,0,-0.5\n");
  const json page = on_page(file, work / "v.html");
  EXPECT_EQ(page["kind"], "vectors");
  EXPECT_EQ(page["source"], "v.csv");
  EXPECT_EQ(page["ids"], json({"a", "b", "c", "d"}));
  EXPECT_EQ(page["vectors"], floats_as_text({1, 0, -1, 0, 0, 0.5F, 0, -0.5F}));
  EXPECT_THAT(page["facts"].dump(), HasSubstr("4 vectors of 2 numbers"));
  EXPECT_NEAR(page["projection"]["explained"][0].get<double>(), 0.8, 1e-6);
  EXPECT_NEAR(page["projection"]["points"][2][1].get<double>(), 0.5, 1e-6);
}

TEST(Open, ScansByProteinAndOfSeveralModelsTheMean) {
  GROEL_NEEDS_APP();
  const TemporaryFolder work;
  const std::string one = write_file(
      work / "s.csv", "mutant,position,wild_type,mutation,score,error\nM1A,1,M,A,-2.5,\nM1C,1,M,C,,failed\n");
  const json page = on_page(one, work / "s.html");
  EXPECT_EQ(page["kind"], "scan");
  ASSERT_EQ(page["proteins"].size(), 1U);
  EXPECT_EQ(page["proteins"][0]["rows"][0]["score"], -2.5);
  EXPECT_TRUE(page["proteins"][0]["rows"][1]["score"].is_null());
  const std::string two = write_file(work / "t.csv",
                                     "id,mutant,position,wild_type,mutation,a,b,mean,min\n"
                                     "x,M1A,1,M,A,1,3,2,1\ny,K2R,2,K,R,1,1,1,1\nx,M1A:K2R,1:2,MK,AR,1,1,1,1\n");
  const json several = on_page(two, work / "t.html");
  ASSERT_EQ(several["proteins"].size(), 2U);
  EXPECT_EQ(several["proteins"][0]["rows"][0]["score"], 2);
  EXPECT_EQ(several["proteins"][1]["name"], "y");
  EXPECT_THAT(several["notes"].dump(), HasSubstr("1 row without a single substitution"));
}

TEST(Open, ContactsOfEveryFormatAlike) {
  GROEL_NEEDS_APP();
  const TemporaryFolder work;
  write_file(work / "s.fasta", ">a\nMKTAYIAKQR\n>bad\nMK1\n>b\nMQIFVKTL\n");
  json first;
  for (const std::string format : {"h5", "npz", "jsonl"}) {
    const std::string file = work / ("c." + format);
    ASSERT_EQ(groel({"contacts", work / "s.fasta", "-m", kEsm2, "-o", file}).exit, 1);
    const json page = on_page(file, work / (format + ".html"));
    EXPECT_EQ(page["kind"], "contacts") << format;
    ASSERT_EQ(page["records"].size(), 2U) << format;
    EXPECT_EQ(page["records"][0]["size"], 10);
    EXPECT_EQ(page["records"][1]["name"], "b");
    EXPECT_THAT(page["notes"].dump(), HasSubstr("1 record without contacts")) << format;
    if (first.is_null()) first = page["records"];
    EXPECT_EQ(page["records"], first) << format;
  }
  const std::string rr =
      write_file(work / "c.rr", "PFRMAT RR\nTARGET t\nREMARK\nMODEL 1\nMKTAYIAK\n1 8 0 8 0.5\n2 7 0 8 0.25\nEND\n");
  const json page = on_page(rr, work / "rr.html");
  ASSERT_EQ(page["records"].size(), 1U);
  EXPECT_EQ(page["records"][0]["residues"], "MKTAYIAK");
  std::vector<float> wanted(64, std::numeric_limits<float>::quiet_NaN());
  wanted[7] = wanted[56] = 0.5F;
  wanted[8 + 6] = wanted[48 + 1] = 0.25F;
  EXPECT_EQ(page["records"][0]["values"], floats_as_text(wanted));
}

TEST(Open, DamagedContactsAreErrors) {
  GROEL_NEEDS_APP();
  const TemporaryFolder work;
  const std::string bad = write_file(
      work / "c.jsonl", R"({"id":"a","items":[{"layer":6,"kind":"contacts","shape":[2,2],"values":[0,1,1]}]})"
                        "\n");
  const Outcome said = groel({"open", bad, "-o", work / "c.html"});
  EXPECT_EQ(said.exit, 4) << said;
  EXPECT_TRUE(said.says("the values do not fit the shape")) << said;
  EXPECT_FALSE(std::filesystem::exists(work / "c.html"));
}

// A few lines of pairs make a whole map: its size has a bound.
TEST(Open, PairsOfResiduesThatMakeTooLargeAMapAreRefused) {
  GROEL_NEEDS_APP();
  const TemporaryFolder work;
  const std::string head = "PFRMAT RR\nTARGET T1\nMODEL 1\n";
  for (const auto& [pair, exit] : {std::pair("1 5000 0 8 0.5", 4), {"0 3 0 8 0.5", 4}, {"1 4 0 8 0.5", 0}}) {
    const Outcome said =
        groel({"open", write_file(work / "c.rr", head + pair + "\nEND\n"), "-o", work / "c.html", "--overwrite"});
    EXPECT_EQ(said.exit, exit) << pair << said;
    EXPECT_EQ(said.says("maps have up to 4096"), exit != 0) << said;
  }
}

TEST(Open, AnyTable) {
  GROEL_NEEDS_APP();
  const TemporaryFolder work;
  const std::string table = write_file(work / "p.csv", "protein,class,score\n</script><b>,x,0.5\nq,y,NA\n");
  const json page = on_page(table, work / "p.html");
  EXPECT_EQ(page["kind"], "table");
  EXPECT_EQ(page["columns"][2], json({{"name", "score"}, {"number", true}}));
  EXPECT_EQ(page["columns"][1]["number"], false);
  EXPECT_EQ(page["rows"][0], json({"</script><b>", "x", 0.5}));
  EXPECT_TRUE(page["rows"][1][2].is_null());
  EXPECT_THAT(read_file(work / "p.html"), Not(HasSubstr("</script><b>")));
  const std::string nested =
      write_file(work / "s.json",
                 R"({"method": "m", "variants": [{"variant": "M1A", "scores": {"score": -4}}, {"variant": "M1C"}]})");
  const json flat = on_page(nested, work / "s.html");
  EXPECT_EQ(flat["columns"][1]["name"], "scores.score");
  EXPECT_EQ(flat["rows"], json::array({json::array({"M1A", -4}), json::array({"M1C", nullptr})}));
}

TEST(Open, StructuresAndFolders) {
  if (!report::draws_molecules()) GTEST_SKIP() << "built without pictures";
  const TemporaryFolder work;
  const Outcome folder = groel({"open", prediction_folder(work / "job", 3), "-o", work / "job.html"});
  EXPECT_EQ(folder.exit, 0) << folder;
  EXPECT_THAT(read_file(work / "job.html"), HasSubstr("seed 7, sample 2"));
  // What groel fold makes of sequences.
  std::filesystem::create_directory(work / "folds");
  for (const char* name : {"p1.pdb", "p2.pdb"})
    std::filesystem::copy_file(std::string(GROEL_TEST_DATA) + "/../../examples/1UBQ.pdb", work.path() / "folds" / name);
  const Outcome folds = groel({"open", work / "folds", "-o", work / "folds.html"});
  EXPECT_EQ(folds.exit, 0) << folds;
  EXPECT_THAT(read_file(work / "folds.html"), HasSubstr("p2.pdb"));
}

TEST(Open, SaysWhatStandsInTheWay) {
  const TemporaryFolder work;
  const std::string table = write_file(work / "p.csv", "a,b\n1,2\n");
  EXPECT_EQ(groel({"open", work / "none.csv"}).exit, 3);
  EXPECT_EQ(groel({"open", table, "-o", work / "p.png"}).exit, 2);
  if (!report::has_app()) {
    const Outcome said = groel({"open", table, "-o", work / "p.html"});
    EXPECT_EQ(said.exit, 8) << said;
    EXPECT_TRUE(said.says("./run --pictures")) << said;
    return;
  }
  write_file(work / "p.html", "mine");
  EXPECT_EQ(groel({"open", table, "-o", work / "p.html"}).exit, 2);
  EXPECT_EQ(read_file(work / "p.html"), "mine");
  EXPECT_EQ(groel({"open", table, "-o", work / "p.html", "--overwrite"}).exit, 0);
  const Outcome sequences = groel({"open", write_file(work / "s.fasta", ">a\nMK\n"), "-o", work / "s.html"});
  EXPECT_EQ(sequences.exit, 4) << sequences;
  EXPECT_TRUE(sequences.says("these are sequences")) << sequences;
  const Outcome broken = groel({"open", write_file(work / "b.json", "{\"a\": [1,2"), "-o", work / "b.html"});
  EXPECT_EQ(broken.exit, 4) << broken;
  EXPECT_TRUE(broken.says("not valid JSON")) << broken;
}

}  // namespace
}  // namespace groel::testing
