// groel fold and groel info with a MiniFold, as they are run.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/npz.h"
#include "support/golden.h"
#include "support/program.h"

namespace groel::tasks {
namespace {

using testing::Outcome;

const std::string kTinyMinifold = std::string(GROEL_TEST_DATA) + "/minifold-tiny";

class FoldMinifold : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  Outcome groel(std::vector<std::string> words) const {
    words.insert(words.begin(), GROEL_PROGRAM);
    return testing::Process(words, {folder_.path().string(), "", {{"XDG_CACHE_HOME", path("cache")}}}).wait();
  }
  Outcome fold(const std::vector<std::pair<std::string, std::string>>& records, const std::string& model,
               std::vector<std::string> more = {}) const {
    std::vector<std::string> words{
        "fold", testing::write_file(path("x.fasta"), testing::fasta(records)), "-m", model, "-o", path("out")};
    words.insert(words.end(), more.begin(), more.end());
    return groel(words);
  }
  testing::TemporaryFolder folder_;
};

double furthest_off(const io::Array& array, const std::vector<float>& expected) {
  return testing::max_difference(
      {reinterpret_cast<const float*>(array.bytes.data()), array.bytes.size() / sizeof(float)}, expected);
}

TEST_F(FoldMinifold, ArraysAreTheGoldenOnesAndNothingIsSaidOfPairs) {
  const testing::Golden golden("minifold-tiny");
  const Outcome outcome =
      fold({{"a", golden.inputs["runs"][0]["sequence"]}, {"b", "GAV"}}, kTinyMinifold, {"--arrays"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("MiniFold of 0.0 million numbers")) << outcome;
  const io::NpzFile file = io::read_npz(path("out/a.npz"));
  EXPECT_LT(furthest_off(file.arrays.at("positions"), golden.values("whole.positions")), 1e-3);
  std::vector<float> sure;
  for (const float x : golden.values("whole.plddt")) sure.insert(sure.end(), 37, x / 100);
  EXPECT_LT(furthest_off(file.arrays.at("plddt"), sure), 1e-5);
  EXPECT_FALSE(file.arrays.contains("ptm"));
  EXPECT_FALSE(file.arrays.contains("pae"));
  EXPECT_FALSE(std::filesystem::exists(path("out/a.pae.json")));
  const auto said = nlohmann::json::parse(testing::read_file(path("out/a.json")));
  EXPECT_TRUE(said["ptm"].is_null());
  EXPECT_EQ(said["model"], "MiniFold");
  EXPECT_EQ(said["recycles"], 3);
  EXPECT_EQ(testing::read_file(path("out/a.pdb")).substr(0, 29), "TITLE     MINIFOLD PREDICTION");
  EXPECT_NE(testing::read_file(path("out/a.cif")).find("MiniFold prediction"), std::string::npos);
}

TEST_F(FoldMinifold, ComplexesFailAloneAndRunsGoOn) {
  const Outcome first = fold({{"one", "MKTAYI"}, {"two", "MKT:GAV"}}, kTinyMinifold);
  EXPECT_EQ(first.exit, 1) << first;
  EXPECT_TRUE(first.says("2 chains: MiniFold folds single chains")) << first;
  const std::string before = testing::read_file(path("out/one.json"));
  const Outcome again = fold({{"one", "MKTAYI"}}, kTinyMinifold);
  EXPECT_TRUE(again.says("1 structure is there already")) << again;
  EXPECT_EQ(testing::read_file(path("out/one.json")), before);
  const Outcome other = fold({{"one", "MKTAYI"}}, std::string(GROEL_TEST_DATA) + "/esmfold-tiny");
  EXPECT_EQ(other.exit, 2) << other;
  EXPECT_TRUE(other.says("made of something else")) << other;
}

TEST_F(FoldMinifold, ItCanBeNamed) {
  const Outcome absent = fold({{"a", "MKT"}}, "minifold");
  EXPECT_EQ(absent.exit, 3) << absent;
  EXPECT_TRUE(absent.says("groel pull minifold-48L")) << absent;
  const std::string pulled = path("cache/groel/downloads/minifold-48L");
  std::filesystem::create_directories(pulled);
  std::filesystem::copy(kTinyMinifold + "/minifold_tiny.ckpt", pulled + "/minifold_48L_final.ckpt");
  const Outcome lacking = fold({{"a", "MKT"}}, "minifold");
  EXPECT_EQ(lacking.exit, 3) << lacking;
  EXPECT_TRUE(lacking.says("groel pull facebook/esm2_t2_tiny")) << lacking;
  const std::string torch = path("cache/torch/hub/checkpoints");
  std::filesystem::create_directories(torch);
  std::filesystem::copy(kTinyMinifold + "/esm2_t2_tiny.pt", torch + "/esm2_t2_tiny.pt");
  EXPECT_EQ(fold({{"a", "MKT"}}, "minifold-48l").exit, 0);
}

TEST_F(FoldMinifold, InfoSaysWhatItIs) {
  const Outcome outcome = groel({"info", kTinyMinifold, "--json"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const auto info = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(info["family"], "minifold");
  EXPECT_EQ(info["trunk"]["blocks"], 2);
  EXPECT_EQ(info["recycles"], 3);
  EXPECT_TRUE(info["licence"].get<std::string>().starts_with("MIT"));
  EXPECT_GT(info["bytes_for_residues"]["256"], 0);
  EXPECT_NE(groel({"info", kTinyMinifold}).out.find("minifold: structures from sequences"), std::string::npos);
}

TEST_F(FoldMinifold, WhatDoesNotFitIsToldBefore) {
  const Outcome outcome = fold({{"long", std::string(600, 'A')}}, kTinyMinifold, {"--memory", "20M"});
  EXPECT_NE(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("would fit")) << outcome;
}

}  // namespace
}  // namespace groel::tasks
