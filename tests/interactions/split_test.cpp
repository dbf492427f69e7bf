// Splits of networks: their sizes, their seeds, and files of indices.
#include "interactions/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "support/errors.h"
#include "support/files.h"

namespace groel::interactions {
namespace {

using groel::testing::error_of;
using groel::testing::TemporaryFolder;
using groel::testing::write_file;
using ::testing::HasSubstr;

// A tree in which protein i has the partner (i - 1) / 3, and a ring of six apart from it.
PairTable network() {
  PairTable out;
  out.labels = {"interacts"};
  for (std::uint32_t i = 0; i < 106; ++i) out.proteins.push_back("P" + std::to_string(i));
  for (std::uint32_t i = 1; i < 100; ++i) out.pairs.push_back({(i - 1) / 3, i, i % 2});
  for (std::uint32_t i = 0; i < 6; ++i) out.pairs.push_back({100 + i, 100 + (i + 1) % 6, i % 2});
  return out;
}

void expect_whole(const PairSplit& split, std::size_t pairs) {
  std::set<std::int64_t> all;
  for (const auto* part : {&split.train, &split.valid, &split.test}) all.insert(part->begin(), part->end());
  EXPECT_EQ(all.size(), pairs);
  EXPECT_EQ(split.train.size() + split.valid.size() + split.test.size(), pairs);
}

TEST(PairSplits, HoldAllPairsOnceAndFollowTheSeed) {
  const PairTable table = network();
  for (const SplitWay way : {SplitWay::random, SplitWay::bfs, SplitWay::dfs}) {
    const PairSplit split = split_pairs(table, {way, 0.2, 0.1, 7});
    expect_whole(split, table.pairs.size());
    EXPECT_GE(split.test.size(), 21U);
    EXPECT_LE(split.test.size(), 25U);
    EXPECT_GE(split.valid.size(), 10U);
    EXPECT_EQ(split_pairs(table, {way, 0.2, 0.1, 7}).test, split.test);
    EXPECT_NE(split_pairs(table, {way, 0.2, 0.1, 8}).test, split.test);
  }
}

TEST(PairSplits, GrownPartsHangTogether) {
  const PairTable table = network();
  for (const SplitWay way : {SplitWay::bfs, SplitWay::dfs}) {
    const PairSplit split = split_pairs(table, {way, 0.2, 0.1, 3});
    std::set<std::uint32_t> reached;
    int parts = 0;
    for (const std::int64_t pair : split.test) {
      const Pair& one = table.pairs[static_cast<std::size_t>(pair)];
      parts += reached.contains(one.first) || reached.contains(one.second) ? 0 : 1;
      reached.insert({one.first, one.second});
    }
    EXPECT_LE(parts, static_cast<int>(split.roots.size())) << name(way);
  }
}

TEST(PairSplits, SeenEndsAreThoseOfTheTrainingPairs) {
  PairTable table;
  table.proteins = {"A", "B", "C", "D", "E"};
  table.pairs = {{0, 1, 0}, {1, 0, 0}, {0, 2, 0}, {3, 4, 0}};
  EXPECT_EQ(seen_ends(table, {0}, {1, 2, 3}), (std::vector<SeenEnds>{SeenEnds::both, SeenEnds::one, SeenEnds::none}));
}

TEST(PairSplits, FilesOfIndicesAreReadAsTheyWereWritten) {
  const TemporaryFolder work;
  const PairTable table = network();
  const PairSplitOptions options{SplitWay::bfs, 0.2, 0.1, 5};
  const PairSplit split = split_pairs(table, options);
  write_split(work / "split.json", split, options);
  const auto json = nlohmann::json::parse(groel::testing::read_file(work / "split.json"));
  EXPECT_EQ(json["valid_index"].get<std::vector<std::int64_t>>(), split.test);
  EXPECT_EQ(json["train_index"].size(), split.train.size() + split.valid.size());
  const PairSplit again = read_split(work / "split.json", table, options);
  EXPECT_EQ(again.test, split.test);
  EXPECT_EQ(again.valid, split.valid);
  EXPECT_EQ(again.train, split.train);
  // GNN-PPI's own have no part to choose the epoch by: it is drawn.
  nlohmann::json bare{{"train_index", json["train_index"]}, {"valid_index", json["valid_index"]}};
  write_file(work / "bare.json", bare.dump());
  const PairSplit drawn = read_split(work / "bare.json", table, options);
  EXPECT_EQ(drawn.test, split.test);
  expect_whole(drawn, table.pairs.size());
  EXPECT_GE(drawn.valid.size(), 10U);
}

TEST(PairSplits, WrongFilesOfIndicesAreRefused) {
  const TemporaryFolder work;
  PairTable table;
  table.proteins = {"A", "B", "C", "D"};
  table.pairs = {{0, 1, 0}, {1, 2, 0}, {2, 3, 0}};
  const auto says = [&](const std::string& text, const std::string& what) {
    const std::string path = write_file(work / "split.json", text);
    EXPECT_THAT(error_of([&] { read_split(path, table, {}); }).what(), HasSubstr(what)) << text;
  };
  says(R"({"train_index": [0, 1], "valid_index": [3]})", "'3' of valid_index is no place of 3 pairs");
  says(R"({"train_index": [0, 1], "valid_index": [1]})", "pair 1 of valid_index is listed twice");
  says(R"({"train_index": [0], "valid_index": [1]})", "1 pair is in neither part");
  says(R"({"train_index": [0, 1, 2]})", "there is no list 'valid_index'");
  says(R"({"train_index": [0, 1, 2], "valid_index": [], "epoch_index": [0]})", "no pair is left to judge by");
}

TEST(PairSplits, EmptyPartsAreRefused) {
  PairTable table;
  table.proteins = {"A", "B", "C", "D"};
  table.pairs = {{0, 1, 0}, {1, 2, 0}, {2, 3, 0}};
  EXPECT_THAT(error_of([&] {
                split_pairs(table, {SplitWay::random, 0.2, 0.1, 1});
              }).what(),
              HasSubstr("no pair is left to choose the epoch by"));
  EXPECT_THAT(error_of([&] {
                split_pairs(table, {SplitWay::bfs, 1.0, 0.1, 1});
              }).what(),
              HasSubstr("part of the pairs"));
  EXPECT_THROW(parse_split_way("sideways"), Error);
}

}  // namespace
}  // namespace groel::interactions
