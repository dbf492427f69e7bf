// groel search: an index in shards answers as one file does, and says what is missing; codes by FAISS.
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>

#include "base/random.h"
#include "io/npz.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SearchShards : public ::testing::Test {
 protected:
  // Vectors around centres, with ids v0, v1, …; the fifth has NaN.
  std::string vectors(std::int64_t rows, std::int64_t width = 32) const {
    std::string text = "id";
    for (std::int64_t c = 0; c < width; ++c) text += fmt::format(",x{}", c);
    text += '\n';
    for (std::int64_t r = 0; r < rows; ++r) {
      text += fmt::format("v{}", r);
      for (std::int64_t c = 0; c < width; ++c) {
        const auto at = [&](std::uint64_t key, std::int64_t row) {
          return unit_float(philox(key, static_cast<std::uint64_t>(row * width + c))[0]) - 0.5F;
        };
        text += r == 4 && c == 0 ? std::string(",nan") : fmt::format(",{}", at(1, r % 50) + 0.3F * at(2, r));
      }
      text += '\n';
    }
    return write_file(folder_ / "v.csv", text);
  }
  Outcome index(const std::string& file, std::vector<std::string> more) const {
    std::vector<std::string> words{"search", "index", file, "-o", folder_ / "x.index"};
    words.insert(words.end(), more.begin(), more.end());
    return groel(words);
  }
  json query(std::vector<std::string> more, int exit = 0) const {
    more.insert(more.begin(), {"search", "query", folder_ / "x.index", "--json"});
    const Outcome said = groel(more);
    EXPECT_EQ(said.exit, exit) << said;
    return said.out.empty() ? json() : json::parse(said.out);
  }
  TemporaryFolder folder_;
};

TEST_F(SearchShards, AnswerAsOneFile) {
  const std::string file = vectors(500);
  ASSERT_EQ(index(file, {}).exit, 0);
  const std::vector<std::string> ids{"--ids", "v0,v17,v499", "-k", "20"}, all{"--embeddings", file, "-k", "7"};
  const json by_id = query(ids)["queries"], by_vector = query(all, 0)["queries"];
  fs::remove(folder_ / "x.index");
  for (const std::string part : {"2/3", "1/3", "3/3"}) ASSERT_EQ(index(file, {"--shard", part}).exit, 0);
  EXPECT_TRUE(fs::exists(folder_ / "x-00002-of-00003.index"));
  const json said = query(ids);
  EXPECT_EQ(said["queries"], by_id);
  EXPECT_EQ(said["vectors"], 499);
  EXPECT_EQ(said["shards"], 3);
  EXPECT_EQ(query(all)["queries"], by_vector);
  EXPECT_EQ(json::parse(done({"search", "info", folder_ / "x.index", "--json"}).out)["vectors"], 499);
  const Outcome alone = groel({"search", "query", folder_ / "x-00002-of-00003.index", "--ids", "v200"});
  EXPECT_EQ(alone.exit, 0) << alone;
  EXPECT_TRUE(alone.says("is part 2 of 3")) << alone;
}

// Packed files are read row by row, others whole: the parts are the same.
TEST_F(SearchShards, PartsDoNotDependOnTheFormat) {
  std::map<std::string, json> found;
  for (const std::string name : {"x.h5", "x.npz", "x.safetensors", "x.jsonl"}) {
    done({"embed", kProteins, "-m", kEsm2, "-o", folder_ / name});
    for (const std::string part : {"1/2", "2/2"})
      ASSERT_EQ(index(folder_ / name, {"--shard", part, "--overwrite"}).exit, 0) << name;
    found[name] = query({"--ids", "P69905", "-k", "30"})["queries"];
  }
  for (const auto& [name, one] : found) EXPECT_EQ(one, found["x.h5"]) << name;
}

TEST_F(SearchShards, WhatIsMissingOrOfAnotherSetIsNamed) {
  const std::string file = vectors(60);
  ASSERT_EQ(index(file, {"--shard", "1/3"}).exit, 0);
  ASSERT_EQ(index(file, {"--shard", "3/3"}).exit, 0);
  const Outcome missing = groel({"search", "query", folder_ / "x.index", "--ids", "v0"});
  EXPECT_EQ(missing.exit, 3) << missing;
  EXPECT_TRUE(missing.says("--shard 2/3")) << missing;
  fs::copy(folder_ / "x-00001-of-00003.index", folder_ / "x-00002-of-00003.index");
  EXPECT_TRUE(groel({"search", "query", folder_ / "x.index", "--ids", "v0"}).says("it is part 1 of 3, not 2 of 3"));
  ASSERT_EQ(index(vectors(60, 16), {"--shard", "2/3", "--overwrite"}).exit, 0);
  EXPECT_TRUE(groel({"search", "query", folder_ / "x.index", "--ids", "v0"}).says("it is of other embeddings"));
  ASSERT_EQ(index(file, {"--shard", "1/2"}).exit, 0);
  EXPECT_TRUE(groel({"search", "query", folder_ / "x.index", "--ids", "v0"}).says("shards of several indexes"));
  for (const std::string wrong : {"0/3", "4/3", "3", "a/b", "1/3x"})
    EXPECT_EQ(index(file, {"--shard", wrong}).exit, 2) << wrong;
}

TEST_F(SearchShards, GraphsOfShardsFindTheNearest) {
  const std::string file = vectors(12'000, 16);
  for (const std::string part : {"1/2", "2/2"}) ASSERT_EQ(index(file, {"--shard", part}).exit, 0);
  const std::vector<std::string> ids{"--ids", "v0,v123,v6001,v11999", "-k", "10"};
  const json near = query(ids);
  EXPECT_EQ(near["method"], "hnsw");
  EXPECT_GE(near["recall_at_10"], 0.95);
  std::vector<std::string> exactly = ids;
  exactly.emplace_back("--exact");
  const json truth = query(exactly)["queries"];
  std::size_t found = 0;
  for (std::size_t q = 0; q < 4; ++q)
    for (const json& hit : near["queries"][q]["hits"])
      for (const json& wanted : truth[q]["hits"]) found += hit == wanted ? 1 : 0;
  EXPECT_GE(found, 38U) << "of 40, each with the similarity of an exact search";
}

TEST_F(SearchShards, CodesByFaissFindTheNearest) {
  const std::string file = vectors(12'000, 16);
  const Outcome made = index(file, {"--engine", "faiss", "--json"});
  if (made.exit == 8) GTEST_SKIP() << "built without libfaiss-dev";
  ASSERT_EQ(made.exit, 0) << made;
  const json about = json::parse(made.out);
  EXPECT_EQ(about["engine"], "faiss");
  EXPECT_EQ(about["code_bytes"], 16);
  EXPECT_GE(about["recall_at_10"], 0.95) << about;
  const std::vector<std::string> ids{"--ids", "v0,v123,v6001,v11999", "-k", "10"};
  const json near = query(ids);
  EXPECT_EQ(near["method"], "faiss");
  std::vector<std::string> exactly = ids;
  exactly.emplace_back("--exact");
  const json truth = query(exactly)["queries"];
  std::size_t found = 0;
  for (std::size_t q = 0; q < 4; ++q)
    for (const json& hit : near["queries"][q]["hits"])
      for (const json& wanted : truth[q]["hits"]) found += hit == wanted ? 1 : 0;
  EXPECT_GE(found, 37U) << "of 40, each with the similarity of an exact search";
  // More lists find no less; none of what FAISS keeps is believed when it is damaged.
  EXPECT_EQ(query({"--ids", "v0", "--probes", "100000"})["queries"][0]["hits"].size(), 10U);
  std::string bytes = read_file(folder_ / "x.index");
  bytes[bytes.find("IwPQ") + 200] ^= 1;
  write_file(folder_.path() / "x.index", bytes);
  const Outcome damaged = groel({"search", "query", folder_ / "x.index", "--ids", "v0"});
  EXPECT_EQ(damaged.exit, 4) << damaged;
  EXPECT_TRUE(damaged.says("the index is damaged")) << damaged;
  EXPECT_EQ(query({"--ids", "v0", "--exact"})["method"], "exact") << "vectors and ids are whole";
  EXPECT_EQ(index(file, {"--engine", "faiss", "--exact", "--overwrite"}).exit, 2);
  EXPECT_EQ(index(file, {"--lists", "7", "--overwrite"}).exit, 2);
  EXPECT_EQ(index(file, {"--engine", "faiss", "--code-bytes", "5", "--overwrite"}).exit, 2);
  EXPECT_EQ(index(vectors(100), {"--engine", "faiss", "--overwrite"}).exit, 2) << "too few to learn from";
}

}  // namespace
}  // namespace groel::testing
