// Published figures of networks that predict structures, with their published weights: AlphaFold 3's own end-to-end
// test (run_alphafold_test.py: 5tgy, five samples of a seed, each ranked from 0.66 to 0.79), ESMFold's mean pLDDT
// of 88.3 in fair-esm's README, and what Protenix says of the sizes of its networks.
//
// $GROEL_WEIGHTS holds af3.bin.zst (or af3.bin) with components.cif or components.cif.gz of the wwPDB, for the ligand
// 7BU, which the program does not bring along; esmfold_v1/ or esmfold_3B_v1.pt; protenix_….pt; of3….pt.
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text_file.h"
#include "structure_models/structure_network.h"
#include "support/program.h"
#include "weights/checkpoints.h"

namespace groel::weights {
namespace {

namespace fs = std::filesystem;

// The first of these names in $GROEL_WEIGHTS; empty: none.
fs::path first_of(std::initializer_list<const char*> names) {
  const char* folder = std::getenv("GROEL_WEIGHTS");
  for (const char* name : names)
    if (folder != nullptr && fs::exists(fs::path(folder) / name)) return fs::path(folder) / name;
  return {};
}

struct OfficialRun {
  int seed;
  const char* bucket;  // tokens that the job is padded to, on which AlphaFold 3's draws depend
};

class OfficialAlphaFold3 : public ::testing::TestWithParam<OfficialRun> {};

TEST_P(OfficialAlphaFold3, RanksWithinItsBand) {
  const fs::path network = first_of({"af3.bin.zst", "af3.bin"}),
                 components = first_of({"components.cif.gz", "components.cif"});
  if (network.empty()) GTEST_SKIP() << why_absent("af3.bin.zst");
  if (components.empty()) GTEST_SKIP() << "the ligand 7BU is in components.cif.gz, which $GROEL_WEIGHTS lacks";
  const testing::TemporaryFolder folder;
  auto job = nlohmann::ordered_json::parse(read_text(testing::data("af3-features") / "official_5tgy" / "job.json"));
  job.erase("userCCD");  // what stands in for 7BU there
  job["modelSeeds"] = {GetParam().seed};
  write_text(folder / "job.json", job.dump());
  const testing::Outcome outcome =
      testing::Process(
          testing::groel_command({"fold", folder / "job.json", "--model-dir", network.string(), "--components",
                                  components.string(), "-o", folder / "out", "--buckets", GetParam().bucket}),
          {folder.path().string(), "", {}})
          .wait();
  ASSERT_EQ(outcome.exit, 0) << outcome;
  std::istringstream scores(read_text(folder / "out/5tgy/5tgy_ranking_scores.csv"));
  int samples = 0;
  for (std::string line; std::getline(scores, line);) {
    if (line.starts_with("seed")) continue;
    const double score = std::stod(line.substr(line.rfind(',') + 1));
    EXPECT_GE(score, 0.66) << line;
    EXPECT_LE(score, 0.79) << line;
    ++samples;
  }
  EXPECT_EQ(samples, 5);
}

INSTANTIATE_TEST_SUITE_P(Runs, OfficialAlphaFold3, ::testing::Values(OfficialRun{1, "256"}, OfficialRun{42, "1024"}));

TEST(PublishedEsmFold, HasTheMeanLddtOfItsExample) {
  const fs::path model = first_of({"esmfold_v1", "esmfold_3B_v1.pt"});
  if (model.empty()) GTEST_SKIP() << why_absent("esmfold_v1");
  const testing::TemporaryFolder folder;
  write_text(folder / "example.fasta", ">example\nMKTVRQERLKSIVRILERSKEPVSGAQLAEELSVSRQVIVQDIAYLRSLGYNIVATPRGYVLAGG\n");
  const testing::Outcome outcome =
      testing::Process(
          testing::groel_command({"fold", folder / "example.fasta", "-m", model.string(), "-o", folder / "out"}),
          {folder.path().string(), "", {}})
          .wait();
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const auto said = nlohmann::json::parse(read_text(folder / "out/example.json"));
  EXPECT_EQ(said["residues"], 65);
  EXPECT_NEAR(said["mean_plddt"].get<double>(), 88.3, 0.1);
}

struct PublishedProtenix {
  const char* name;
  double millions;  // of parameters, as its documentation counts them
  int passes, steps;
  bool templates;
};

class ProtenixSizes : public ::testing::TestWithParam<PublishedProtenix> {};

TEST_P(ProtenixSizes, AreThoseOfItsDocumentation) {
  const fs::path file = first_of({(std::string(GetParam().name) + ".pt").c_str()});
  if (file.empty()) GTEST_SKIP() << why_absent(GetParam().name);
  const auto network = structure_models::load_structure_network(file);  // strictly
  const structure_models::NetworkFacts& facts = network->facts();
  EXPECT_EQ(facts.family, "protenix");
  EXPECT_NEAR(static_cast<double>(facts.parameters) / 1e6, GetParam().millions, 0.01);
  EXPECT_EQ(facts.usual.passes, GetParam().passes);
  EXPECT_EQ(facts.usual.sampler.steps, GetParam().steps);
  EXPECT_EQ(facts.templates, GetParam().templates);
}

INSTANTIATE_TEST_SUITE_P(Networks, ProtenixSizes,
                         ::testing::Values(PublishedProtenix{"protenix_base_default_v1.0.0", 368.48, 10, 200, true},
                                           PublishedProtenix{"protenix_base_20250630_v1.0.0", 368.48, 10, 200, true},
                                           PublishedProtenix{"protenix-v2", 464.44, 10, 200, true},
                                           PublishedProtenix{"protenix_base_default_v0.5.0", 368.09, 10, 200, false},
                                           PublishedProtenix{"protenix_mini_default_v0.5.0", 134.06, 4, 5, false},
                                           PublishedProtenix{"protenix_tiny_default_v0.5.0", 109.50, 4, 5, false}),
                         [](const auto& one) {
                           std::string name = one.param.name;
                           for (char& c : name)
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           return name;
                         });

class Openfold3Releases : public ::testing::TestWithParam<const char*> {};

TEST_P(Openfold3Releases, AreWhole) {
  const fs::path file = first_of({GetParam()});
  if (file.empty()) GTEST_SKIP() << why_absent(GetParam());
  const auto network = structure_models::load_structure_network(file);  // strictly
  EXPECT_EQ(network->facts().family, "openfold3");
  EXPECT_NEAR(static_cast<double>(network->facts().parameters) / 1e6, 368, 1);
}

INSTANTIATE_TEST_SUITE_P(Networks, Openfold3Releases,
                         ::testing::Values("of3_ft3_v1.pt", "of3-p2-155k.pt", "of3-ob-2025-06-30-174k.pt"),
                         [](const auto& one) { return fmt::format("release_{}", one.index + 1); });

// With its noise frequencies beside it.
TEST(Intellifold2Release, IsWhole) {
  const fs::path file = first_of({"intellifold_v2.bin.zst"});
  if (file.empty()) GTEST_SKIP() << why_absent("intellifold_v2.bin.zst");
  const auto network = structure_models::load_structure_network(file);  // strictly
  EXPECT_EQ(network->facts().family, "intellifold2");
  EXPECT_EQ(network->facts().parameters, 850'997'850);
}

TEST(Boltz2Weights, AreWhole) {
  const fs::path file = first_of({"boltz2_conf.ckpt"});
  if (file.empty()) GTEST_SKIP() << why_absent("boltz2_conf.ckpt");
  const auto network = structure_models::load_structure_network(file);  // strictly
  EXPECT_EQ(network->facts().family, "boltz2");
  EXPECT_NEAR(static_cast<double>(network->facts().parameters) / 1e6, 506.72, 0.01);
}

}  // namespace
}  // namespace groel::weights
