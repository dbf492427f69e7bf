// Scenario files of groel bench: what they may say, that ours are sound, and what is counted of a run.
#include "tasks/bench/scenario.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

#include "base/error.h"
#include "engine/random_model.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

class Scenarios : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("groel-scenario-{}", ::getpid());
    fs::create_directories(folder_);
    std::ofstream(folder_ / "proteins.fasta") << ">a\nMKTAYIAKQRQISFVKSHFSRQ\n>b\nGLIEVQAPIL\n>c\nSRV\n";
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const nlohmann::json& scenario) const {
    std::ofstream(folder_ / "scenario.json") << scenario.dump();
    return folder_ / "scenario.json";
  }
  BenchResult run(const nlohmann::json& scenario) const {
    return run_bench(read_scenario(write(scenario)), {1}, {.warmups = 0, .runs = 1}).at(0);
  }

  nlohmann::json tiny_{{"name", "tiny"},           {"layers", 1},    {"width", 32},  {"heads", 2},
                       {"data", "proteins.fasta"}, {"dtype", "f32"}, {"threads", 1}, {"residues", 100}};
  fs::path folder_;
};

TEST(BundledScenarios, AreSound) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(GROEL_SOURCE_DIR "/bench/scenarios")) {
    const Scenario scenario = read_scenario(entry.path());
    EXPECT_EQ(scenario.name, entry.path().stem().string());
    EXPECT_TRUE(fs::exists(scenario.data)) << entry.path();
    EXPECT_EQ(scenario.width % (2 * scenario.heads), 0) << entry.path();
    EXPECT_NO_THROW(engine::parse_precision(scenario.dtype)) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 20);
}

TEST_F(Scenarios, WholeRecordsUntilThereAreEnoughResidues) {
  BenchResult all = run(tiny_);
  EXPECT_EQ(all.sequences, 3);
  EXPECT_EQ(all.tokens, 22 + 10 + 3 + 3 * 2);
  tiny_["residues"] = 23;
  EXPECT_EQ(run(tiny_).sequences, 2);
  tiny_["residues"] = 22;
  EXPECT_EQ(run(tiny_).sequences, 1);
}

TEST_F(Scenarios, RecordsAreCutIntoPieces) {
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

TEST_F(Scenarios, OneResultForEachNumberOfThreads) {
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
    EXPECT_FALSE(result.profile.empty());
  }
}

TEST_F(Scenarios, ACheckpointInPlaceOfAShape) {
  for (const char* name : {"layers", "width", "heads"}) tiny_.erase(name);
  tiny_["model"] = GROEL_TEST_DATA "/esm2-tiny";
  EXPECT_EQ(run(tiny_).tokens, 41);
  tiny_["model"] = "nowhere";
  EXPECT_THROW(run(tiny_), Error);
}

TEST_F(Scenarios, ErrorsNameTheMember) {
  for (const char* name : {"name", "layers", "width", "heads", "data", "dtype", "threads", "residues"}) {
    nlohmann::json broken = tiny_;
    broken.erase(name);
    try {
      read_scenario(write(broken));
      ADD_FAILURE() << "read without " << name;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::bad_input);
      EXPECT_NE(std::string(e.what()).find(fmt::format("'{}'", name)), std::string::npos) << e.what();
    }
  }
  for (const char* name : {"layers", "width", "heads", "residues", "length", "batch_tokens"}) {
    nlohmann::json broken = tiny_;
    broken[name] = 0;
    EXPECT_THROW(read_scenario(write(broken)), Error) << name;
  }
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
