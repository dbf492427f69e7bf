// groel project: maps of embedding files.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/pictures.h"
#include "support/program.h"

namespace groel::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// Two clouds of five points each, far apart, and what is known of nine of them.
class Project : public ::testing::Test {
 protected:
  Project() {
    std::string vectors = "id,mean_1_0,mean_1_1,mean_1_2\n";
    std::string table = "name,place\n";
    for (int i = 0; i < 10; ++i) {
      const int cloud = i / 5;
      vectors += fmt::format("p{},{},{},{}\n", i, cloud * 100 + i % 5, (i * 7) % 5, i % 3);
      if (i < 9) table += fmt::format("p{},{}\n", i, cloud == 0 ? "here" : "there");
    }
    vectors_ = write_file(folder_ / "vectors.csv", vectors);
    table_ = write_file(folder_ / "table.csv", table);
  }

  TemporaryFolder folder_;
  std::string vectors_, table_;
};

TEST_F(Project, TsneKeepsTheCloudsApart) {
  const Outcome run = groel({"project", vectors_, "--perplexity", "2", "--json"});
  ASSERT_EQ(run.exit, 0) << run;
  const json map = json::parse(run.out);
  EXPECT_EQ(map["method"], "tsne");
  EXPECT_LT(map["kl_divergence"], 1.0);
  ASSERT_EQ(map["points"].size(), 10U);
  const auto distance = [&](int i, int j) {
    const json& a = map["points"][static_cast<std::size_t>(i)];
    const json& b = map["points"][static_cast<std::size_t>(j)];
    return std::hypot(a["x"].get<double>() - b["x"].get<double>(), a["y"].get<double>() - b["y"].get<double>());
  };
  for (int i = 0; i < 5; ++i)
    for (int j = 5; j < 10; ++j) EXPECT_GT(distance(i, j), distance(i, (i + 1) % 5)) << i << ", " << j;
  EXPECT_EQ(groel({"project", vectors_, "--perplexity", "2", "--json", "--threads", "2"}).out, run.out);
}

TEST_F(Project, PcaWithGroupsAndPicture) {
  GROEL_NEEDS_PICTURES();
  const std::string picture = folder_ / "map.html";
  const std::string out = folder_ / "map.csv";
  const Outcome run = groel({"project", vectors_, "--method", "pca", "--table", table_, "--id-column", "name",
                             "--colour-by", "place", "--picture", picture, "-o", out});
  ASSERT_EQ(run.exit, 0) << run;
  EXPECT_TRUE(run.says("1 of 10 ids are not in")) << run;
  EXPECT_THAT(read_file(out), HasSubstr("id,x,y,group\np0,"));
  EXPECT_THAT(read_file(out), HasSubstr(",there\n"));
  EXPECT_THAT(read_file(picture), HasSubstr("component 1 (99."));
  EXPECT_THAT(read_file(picture + ".csv"), HasSubstr("here,p0,"));
  const Outcome again = groel({"project", vectors_, "--picture", picture});
  EXPECT_EQ(again.exit, 2) << again;
  EXPECT_TRUE(again.says("--overwrite")) << again;
}

TEST_F(Project, ColoursResiduesByTheirClass) {
  const std::string tokens = write_file(folder_ / "tokens.csv", "id,0,1\nA,1,2\nW,3,4\nD,0,9\n<mask>,5,5\n");
  const Outcome run = groel({"project", tokens, "--method", "pca", "--colour-by", "residue-class"});
  ASSERT_EQ(run.exit, 0) << run;
  EXPECT_THAT(run.out, HasSubstr(",aromatic\n"));
  EXPECT_THAT(run.out, HasSubstr(",negative\n"));
  EXPECT_THAT(run.out, HasSubstr(",other tokens\n"));
}

TEST_F(Project, AccessionsNameIdsBetweenBars) {
  const std::string vectors = write_file(folder_ / "v.csv", "id,a,b\nsp|P1|X,1,2\nsp|P2|Y,3,5\nsp|P3|Z,0,9\n");
  const std::string table = write_file(folder_ / "t.csv", "id,family\nP1,one\nsp|P2|Y,two\n");
  const Outcome run = groel({"project", vectors, "--method", "pca", "--table", table, "--colour-by", "family"});
  ASSERT_EQ(run.exit, 0) << run;
  EXPECT_THAT(run.out, HasSubstr(",one\n"));
  EXPECT_THAT(run.out, HasSubstr(",two\n"));
  EXPECT_TRUE(run.says("1 of 3 ids are not in")) << run;
}

TEST_F(Project, TokenTablesOfTheModel) {
  const std::string table = folder_ / "tokens.csv";
  ASSERT_EQ(groel({"tokens", "-m", kEsm2, "--vocabulary", "residues", "-o", table}).exit, 0);
  const Outcome run = groel({"project", table, "--method", "pca", "--colour-by", "residue-class", "--json"});
  ASSERT_EQ(run.exit, 0) << run;
  const json points = json::parse(run.out)["points"];
  ASSERT_EQ(points.size(), 20U);
  EXPECT_EQ(points[0]["id"], "A");
  EXPECT_EQ(points[0]["group"], "aliphatic");
  EXPECT_EQ(points[19]["group"], "aromatic");
}

TEST_F(Project, NumbersThatCannotBeAreRefused) {
  for (const auto& [name, value] : std::map<std::string, std::vector<std::string>>{
           {"--iterations", {"0", "-5", "2000000000000"}}, {"--angle", {"-1", "1.5", "nan"}}, {"--dimensions", {"-3"}}})
    for (const std::string& number : value) {
      const Outcome run = groel({"project", vectors_, "--perplexity", "2", name + "=" + number});
      EXPECT_EQ(run.exit, 2) << number << run;
      EXPECT_TRUE(run.says(name)) << run;
    }
}

TEST_F(Project, WhatIsWrongIsSaid) {
  const Outcome no_table = groel({"project", vectors_, "--colour-by", "place"});
  EXPECT_EQ(no_table.exit, 2) << no_table;
  EXPECT_TRUE(no_table.says("--table")) << no_table;
  const Outcome no_column = groel({"project", vectors_, "--table", table_, "--colour-by", "plaec"});
  EXPECT_EQ(no_column.exit, 4) << no_column;
  EXPECT_TRUE(no_column.says("place")) << no_column;
  const std::string others = write_file(folder_ / "others.csv", "id,place\nq1,here\n");
  const Outcome none = groel({"project", vectors_, "--table", others, "--colour-by", "place"});
  EXPECT_EQ(none.exit, 4) << none;
  EXPECT_TRUE(none.says("no id of the embeddings is in the table")) << none;
  const Outcome few = groel({"project", write_file(folder_ / "two.csv", "id,a,b\nx,1,2\ny,3,4\n")});
  EXPECT_EQ(few.exit, 2) << few;
  EXPECT_TRUE(few.says("three or more")) << few;
}

}  // namespace
}  // namespace groel::testing
