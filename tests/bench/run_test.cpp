// What groel bench counts and measures of a scenario.
#include "scenarios.h"

namespace groel::tasks {
namespace {

using BenchRun = Scenarios;

TEST_F(BenchRun, WholeRecordsUntilThereAreEnoughResidues) {
  BenchResult all = run(tiny_);
  EXPECT_EQ(all.sequences, 3);
  EXPECT_EQ(all.tokens, 22 + 10 + 3 + 3 * 2);
  tiny_["residues"] = 23;
  EXPECT_EQ(run(tiny_).sequences, 2);
  tiny_["residues"] = 22;
  EXPECT_EQ(run(tiny_).sequences, 1);
}

TEST_F(BenchRun, RecordsAreCutIntoPieces) {
  tiny_["length"] = 10;
  const BenchResult result = run(tiny_);
  EXPECT_EQ(result.sequences, 3);  // two of a, one of b
  EXPECT_EQ(result.tokens, 3 * 12);
  // layers · n · (2 · 12 · D² + 4 · n · D)
  EXPECT_DOUBLE_EQ(result.flops, 3 * 12 * (24.0 * 32 * 32 + 4 * 12 * 32));
  EXPECT_DOUBLE_EQ(result.flops_per_second.median / result.flops, result.tokens_per_second.median / 36);
  tiny_["length"] = 23;
  try {
    run(tiny_);
    FAIL() << "no piece of 23 residues is there";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("no sequence of 23 residues"), std::string::npos) << e.what();
  }
}

TEST_F(BenchRun, OneResultForEachNumberOfThreads) {
  tiny_["batch_tokens"] = 1;
  const auto results = run_bench(read_scenario(write(tiny_)), {2, 1}, {.warmups = 1, .runs = 3, .profile = true});
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].threads, 2);
  EXPECT_EQ(results[1].threads, 1);
  for (const BenchResult& result : results) {
    EXPECT_GT(result.tokens_per_second.lowest, 0);
    EXPECT_LE(result.tokens_per_second.lowest, result.tokens_per_second.median);
    EXPECT_LE(result.tokens_per_second.median, result.tokens_per_second.highest);
    EXPECT_GT(result.product_limit, 0);
    double operators = 0;
    for (const ProfileRow& row : result.profile) operators += row.seconds;
    EXPECT_GT(operators, 0);
    EXPECT_LE(operators, result.profile_seconds);
  }
}

// Three sequences in one batch: a layer has four products and one attention, and the counts of the profile say so.
TEST_F(BenchRun, ProfileIsOfOneRun) {
  tiny_["layers"] = 2;
  const auto result = run_bench(read_scenario(write(tiny_)), {1}, {.warmups = 2, .runs = 3, .profile = true}).at(0);
  double flops = 0;
  for (const ProfileRow& row : result.profile) {
    if (row.name == "linear") {
      EXPECT_EQ(row.calls, 2 * 4);
    }
    if (row.name == "attention") {
      EXPECT_EQ(row.calls, 2);
    }
    flops += row.flops;
  }
  EXPECT_DOUBLE_EQ(flops, result.flops);
}

TEST_F(BenchRun, ShapesThatCannotBeNameTheFile) {
  tiny_["heads"] = 3;
  try {
    run(tiny_);
    FAIL() << "ran a width of 32 in 3 heads";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("scenario.json"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("width 32 and 3 heads"), std::string::npos) << e.what();
  }
  tiny_.update({{"layers", 1024}, {"width", 65536}, {"heads", 1024}});
  try {
    run(tiny_);
    FAIL() << "had 211 TB of memory";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::memory) << e.what();
  }
}

TEST_F(BenchRun, ACheckpointInPlaceOfAShape) {
  for (const char* name : {"layers", "width", "heads"}) tiny_.erase(name);
  tiny_["model"] = GROEL_TEST_DATA "/esm2-tiny";
  EXPECT_EQ(run(tiny_).tokens, 41);
  tiny_["model"] = "nowhere";
  EXPECT_THROW(run(tiny_), Error);
}

TEST(BenchSpread, IsMedianLowestHighest) {
  const Spread odd = spread({3, 1, 2});
  EXPECT_EQ(odd.median, 2);
  EXPECT_EQ(odd.lowest, 1);
  EXPECT_EQ(odd.highest, 3);
  EXPECT_EQ(spread({4, 1, 2, 3}).median, 2.5);
}

}  // namespace
}  // namespace groel::tasks
