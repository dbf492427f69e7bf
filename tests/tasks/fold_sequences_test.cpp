// groel fold of sequences, as it is run: files of each record, arrays, resumed runs, and what goes wrong.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "io/npz.h"
#include "support/golden.h"
#include "support/program.h"

namespace groel::tasks {
namespace {

using testing::Outcome;

const std::string kTinyFold = std::string(GROEL_TEST_DATA) + "/esmfold-tiny";

class FoldSequences : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  std::string fasta(const std::vector<std::pair<std::string, std::string>>& records) const {
    return testing::write_file(path("x.fasta"), testing::fasta(records));
  }
  Outcome run(const std::string& input, std::vector<std::string> more = {}) const {
    std::vector<std::string> words{GROEL_PROGRAM, "fold", input, "-m", kTinyFold, "-o", path("out")};
    words.insert(words.end(), more.begin(), more.end());
    return testing::Process(words, {folder_.path().string(), "", {{"XDG_CACHE_HOME", path("cache")}}}).wait();
  }
  testing::TemporaryFolder folder_;
};

double furthest_from(const io::Array& array, const std::vector<float>& expected) {
  const std::span<const float> ours(reinterpret_cast<const float*>(array.bytes.data()),
                                    array.bytes.size() / sizeof(float));
  return testing::max_difference(ours, expected);
}

TEST_F(FoldSequences, ArraysAreTheGoldenOnes) {
  const testing::Golden golden("esmfold-tiny");
  const std::string sequence = golden.sequences()[0];
  const Outcome outcome = run(fasta({{"sp|P1|A first", sequence}}), {"--arrays"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const io::NpzFile file = io::read_npz(path("out/sp_P1_A.npz"));
  const auto residues = static_cast<std::int64_t>(sequence.size());
  EXPECT_EQ(file.arrays.at("positions").shape, (std::vector<std::int64_t>{residues, 14, 3}));
  EXPECT_LT(furthest_from(file.arrays.at("positions"), golden.values("seq0.positions")), 1e-3);
  EXPECT_LT(furthest_from(file.arrays.at("plddt"), golden.values("seq0.plddt")), 1e-5);
  EXPECT_LT(furthest_from(file.arrays.at("pae"), golden.values("seq0.predicted_aligned_error")), 1e-3);
  EXPECT_LT(furthest_from(file.arrays.at("ptm"), golden.values("seq0.ptm")), 1e-5);
  for (const char* name : {"out/sp_P1_A.pdb", "out/sp_P1_A.cif", "out/sp_P1_A.pae.json", "out/sp_P1_A.json"})
    EXPECT_FALSE(testing::read_file(path(name)).empty()) << name;
}

TEST_F(FoldSequences, AlignedErrorsAreWrittenOfEveryStructure) {
  ASSERT_EQ(run(fasta({{"a", "MKTA:GAV"}})).exit, 0);
  const auto errors = nlohmann::json::parse(testing::read_file(path("out/a.pae.json")));
  ASSERT_EQ(errors.at("pae").size(), 7U);
  EXPECT_EQ(errors.at("pae").at(0).size(), 7U);
  EXPECT_FALSE(std::filesystem::exists(path("out/a.npz")));
}

TEST_F(FoldSequences, GoesOnWhereItWasAndNeverReplacesOtherFiles) {
  const std::string input = fasta({{"a", "MKTAYIAK"}, {"b", "GAVLIW:MKT"}});
  ASSERT_EQ(run(input).exit, 0);
  const std::string before = testing::read_file(path("out/b.json"));
  std::filesystem::remove(path("out/a.json"));  // as a run that was stopped leaves it
  const Outcome again = run(input);
  EXPECT_EQ(again.exit, 0) << again;
  EXPECT_TRUE(again.says("1 structure is there already")) << again;
  EXPECT_EQ(testing::read_file(path("out/b.json")), before);
  const Outcome other = run(input, {"--num-recycles", "0"});
  EXPECT_EQ(other.exit, 2) << other;
  EXPECT_TRUE(other.says("made of something else")) << other;
  EXPECT_EQ(run(input, {"--num-recycles", "0", "--overwrite"}).exit, 0);
  EXPECT_EQ(nlohmann::json::parse(testing::read_file(path("out/b.json")))["chains"], 2);
}

TEST_F(FoldSequences, ABadRecordFailsAlone) {
  const Outcome outcome = run(fasta({{"good", "MKTAYIAK"}, {"bad", "MK1A"}, {"odd", "mkBA"}}), {"--json"});
  EXPECT_EQ(outcome.exit, 1) << outcome;
  EXPECT_TRUE(outcome.says("'1' at position 3 is no residue")) << outcome;
  EXPECT_TRUE(outcome.says("read as X")) << outcome;
  const auto said = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(said["structures"].size(), 2U);
  EXPECT_EQ(said["failed"], 1);
}

TEST_F(FoldSequences, WhatDoesNotFitIsToldBefore) {
  const Outcome outcome = run(fasta({{"long", std::string(600, 'A')}}), {"--memory", "20M"});
  EXPECT_NE(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("would fit")) << outcome;
}

TEST_F(FoldSequences, OptionsOfJobsAreRefused) {
  const std::string input = fasta({{"a", "MKT"}});
  const std::vector<std::vector<std::string>> all{
      {"--check"},        {"--num-seeds", "3"},          {"--num-diffusion-samples", "7"}, {"--save-embeddings"},
      {"--no-inference"}, {"--features", path("f.npz")}, {"--compress-large-output-files"}};
  for (const std::vector<std::string>& words : all) {
    const Outcome outcome = run(input, words);
    EXPECT_EQ(outcome.exit, 2) << outcome;
    EXPECT_TRUE(outcome.says(words.front())) << outcome;
    EXPECT_TRUE(outcome.says("goes with jobs, and sequences are folded")) << outcome;
  }
  EXPECT_FALSE(std::filesystem::exists(path("out")));
}

TEST_F(FoldSequences, NumbersOutOfRangeAreRefused) {
  const std::string input = fasta({{"a", "MKT:GAV"}});
  const std::vector<std::vector<std::string>> all{{"--num-recycles", "100000000000"},
                                                  {"--num-recycles", "-1"},
                                                  {"--residue-offset", "5000000000"},
                                                  {"--residue-offset", "-1"},
                                                  {"--linker", "1000000000000"},
                                                  {"--chunk", "0"},
                                                  {"--max-tokens", "0"}};
  for (const std::vector<std::string>& words : all) {
    const Outcome outcome = run(input, words);
    EXPECT_EQ(outcome.exit, 2) << outcome;
    EXPECT_TRUE(outcome.says("it is a whole number from")) << outcome;
    EXPECT_TRUE(outcome.says(words.front())) << outcome;
  }
  // Each number is within its range, and those of the last chains are beyond 32 bits.
  std::string chains = "A";
  for (int i = 0; i < 2200; ++i) chains += ":A";
  const Outcome outcome = run(fasta({{"many", chains}}), {"--residue-offset", "1000000", "--linker", "0"});
  EXPECT_EQ(outcome.exit, 1) << outcome;
  EXPECT_TRUE(outcome.says("the residues of chain 2149 have numbers beyond 2147483646")) << outcome;
}

// a.pae.json is the file of a's errors, and would be that of a.pae's description.
TEST_F(FoldSequences, NoFileIsThatOfTwoRecords) {
  const Outcome outcome = run(fasta({{"a", "MKTA"}, {"a.pae", "GAVLI"}}), {"--num-recycles", "0"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("'a.pae': its files are called a_pae")) << outcome;
  EXPECT_EQ(nlohmann::json::parse(testing::read_file(path("out/a.pae.json")))["pae"].size(), 4U);
  EXPECT_EQ(nlohmann::json::parse(testing::read_file(path("out/a_pae.pae.json")))["pae"].size(), 5U);
  EXPECT_EQ(nlohmann::json::parse(testing::read_file(path("out/a_pae.json")))["id"], "a.pae");
}

TEST_F(FoldSequences, OtherModelsAndNamesAreRefused) {
  const std::string input = fasta({{"a", "MKT"}});
  const auto with = [&](const std::string& model) {
    return testing::Process({GROEL_PROGRAM, "fold", input, "-m", model, "-o", path("out")},
                            {folder_.path().string(), "", {{"XDG_CACHE_HOME", path("cache")}, {"HF_HOME", path("hf")}}})
        .wait();
  };
  EXPECT_TRUE(with(std::string(GROEL_TEST_DATA) + "/esm2-tiny").says("this is neither an ESMFold nor a MiniFold"));
  EXPECT_TRUE(with("facebook/esmfold_v1").says("groel pull facebook/esmfold_v1"));
  EXPECT_TRUE(with("no-such-model").says("it is no name of a network that folds"));
  EXPECT_TRUE(with("biohub/ESMFold2").says("GroEL cannot run ESMFold2 yet"));
  EXPECT_TRUE(with("esm2-8m").says("a language model, which folds nothing alone"));
}

}  // namespace
}  // namespace groel::tasks
