// groel fold with Boltz-2's network, on small random weights: every file, its scores, and weights that are none.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/npz.h"
#include "support/boltz2_file.h"
#include "tasks/fold_job_run.h"

namespace groel::tasks {
namespace {

class FoldBoltz2Run : public FoldJobRun {
 protected:
  FoldBoltz2Run() : FoldJobRun(testing::Boltz2File::golden().string()) {}
};

TEST_F(FoldBoltz2Run, WritesEveryFile) {
  const Outcome outcome = fold("out", {"--save-embeddings", "--save-distogram"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("weights of Boltz-2")) << outcome;
  const std::string job = "out/two_chains/";
  for (const char* sample : {"seed-3_sample-0", "seed-3_sample-1", "seed-4_sample-0", "seed-4_sample-1"})
    for (const char* kind : {"model.cif", "confidences.json", "summary_confidences.json"})
      EXPECT_TRUE(std::filesystem::exists(path(job + sample + "/two_chains_" + sample + "_" + kind))) << sample << kind;
  EXPECT_FALSE(std::filesystem::exists(path(job + "TERMS_OF_USE.md")));
  const std::string cif = text(job + "two_chains_model.cif"), scores = text(job + "two_chains_ranking_scores.csv");
  EXPECT_EQ(std::ranges::count(scores, '\n'), 5);
  EXPECT_NE(cif.find("Boltz-2"), std::string::npos);
  EXPECT_NE(cif.find("MIT licence"), std::string::npos);
  const auto confidences = nlohmann::json::parse(text(job + "two_chains_confidences.json"));
  EXPECT_EQ(confidences["pae"].size(), 9U);
  EXPECT_EQ(confidences["atom_plddts"].size(), 64U);                                     // without OXT
  for (const auto& lddt : confidences["atom_plddts"]) EXPECT_GT(lddt.get<double>(), 1);  // of 100
  EXPECT_EQ(cif.find("OXT"), std::string::npos);
  EXPECT_EQ(
      io::read_npz(path(job + "seed-3_embeddings/two_chains_seed-3_embeddings.npz")).arrays.at("pair_embeddings").shape,
      (std::vector<std::int64_t>{9, 9, 6}));
  EXPECT_EQ(io::read_npz(path(job + "seed-4_distogram/two_chains_seed-4_distogram.npz")).arrays.at("distogram").shape,
            (std::vector<std::int64_t>{9, 9, 64}));
}

TEST_F(FoldBoltz2Run, RanksAsBoltzDoes) {
  ASSERT_EQ(fold("out").exit, 0);
  const auto found =
      nlohmann::json::parse(text("out/two_chains/seed-3_sample-0/two_chains_seed-3_sample-0_summary_confidences.json"));
  const double iptm = found["iptm"].get<double>();
  // Rounded to two decimals each.
  EXPECT_NEAR(found["ranking_score"].get<double>(), 0.8 * found["complex_plddt"].get<double>() + 0.2 * iptm, 0.016);
  EXPECT_EQ(found["ranking_score"], found["confidence_score"]);
  EXPECT_GT(found["complex_pde"].get<double>(), 0);
  EXPECT_EQ(found["chain_pair_iptm"].size(), 2U);
}

TEST_F(FoldBoltz2Run, SeedsDecideAndThreadsDoNot) {
  ASSERT_EQ(fold("one", {"--threads", "1"}).exit, 0);
  ASSERT_EQ(fold("two", {"--threads", "2"}).exit, 0);
  EXPECT_EQ(atoms("one", "seed-3_sample-0"), atoms("two", "seed-3_sample-0"));
  EXPECT_NE(atoms("one", "seed-3_sample-0"), atoms("one", "seed-3_sample-1"));
  EXPECT_NE(atoms("one", "seed-3_sample-0"), atoms("one", "seed-4_sample-0"));
}

TEST_F(FoldBoltz2Run, IsToldBeforeItRuns) {
  const Outcome checked = run({"--check", "--json", "--model-dir", weights_});
  ASSERT_EQ(checked.exit, 0) << checked;
  const auto told = nlohmann::json::parse(checked.out)["jobs"][0];
  EXPECT_EQ(told["network"], "Boltz-2");
  EXPECT_EQ(told["tokens"], 9);
  EXPECT_EQ(told["passes"], 4);
  EXPECT_EQ(told["steps"], 200);
  const Outcome outcome =
      testing::Process({GROEL_PROGRAM, "info", weights_, "--json"}, {folder_.path().string(), "", {}}).wait();
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const auto info = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(info["family"], "boltz2");
  EXPECT_TRUE(info["licence"].get<std::string>().starts_with("MIT"));
  EXPECT_EQ(info["trunk"]["blocks"], 1);
  EXPECT_EQ(info["diffusion"]["blocks"], 2);
}

TEST_F(FoldBoltz2Run, TheModelCanBeNamedByM) {
  ASSERT_EQ(fold("folder").exit, 0);
  const Outcome absent = run({"-m", "boltz2", "-o", path("named")});
  EXPECT_EQ(absent.exit, 3) << absent;
  EXPECT_TRUE(absent.says("groel pull boltz2")) << absent;
  const std::string pulled = path("cache/groel/downloads/boltz2");
  std::filesystem::create_directories(pulled);
  testing::Boltz2File().write_checkpoint(pulled + "/boltz2_conf.ckpt");
  const Outcome named = run({"-m", "boltz2", "-o", path("named"), "--num-recycles", "1", "--num-diffusion-samples", "2",
                             "--num-diffusion-steps", "3"});
  ASSERT_EQ(named.exit, 0) << named;
  EXPECT_EQ(atoms("named", "seed-4_sample-1"), atoms("folder", "seed-4_sample-1"));
}

TEST_F(FoldBoltz2Run, WeightsThatAreNotWholeAreToldBeforeAnything) {
  testing::Boltz2File file;
  file.erase("distogram_module.");
  file.rename("confidence_module.s_norm.", "confidence_module.norm_s.");
  file.write(path("renamed.safetensors"));
  weights_ = path("renamed.safetensors");
  const Outcome renamed = fold("out");
  EXPECT_EQ(renamed.exit, 5) << renamed;
  for (const char* part : {"missing (4)", "distogram_module.distogram.weight", "confidence_module.s_norm.bias",
                           "unexpected (2)", "confidence_module.norm_s.bias"})
    EXPECT_TRUE(renamed.says(part)) << part << renamed;
  EXPECT_FALSE(std::filesystem::exists(path("out")));
}

}  // namespace
}  // namespace groel::tasks
