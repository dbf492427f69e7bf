// groel fold with Protenix's networks, on small random weights: every file, its scores, runs that go on, what is told
// before, and weights that are none.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/npz.h"
#include "support/protenix_file.h"
#include "tasks/fold_job_run.h"

namespace groel::tasks {
namespace {

class FoldProtenixRun : public FoldJobRun {
 protected:
  FoldProtenixRun() : FoldJobRun(testing::ProtenixFile::golden().string()) {}
  nlohmann::json summary(const std::string& out, const std::string& sample) const {
    return nlohmann::json::parse(
        text(out + "/two_chains/" + sample + "/two_chains_" + sample + "_summary_confidences.json"));
  }
};

TEST_F(FoldProtenixRun, WritesEveryFile) {
  const Outcome outcome = fold("out", {"--save-embeddings", "--save-distogram"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("weights of Protenix")) << outcome;
  const std::string job = "out/two_chains/";
  for (const char* sample : {"seed-3_sample-0", "seed-3_sample-1", "seed-4_sample-0", "seed-4_sample-1"})
    for (const char* kind : {"model.cif", "confidences.json", "summary_confidences.json"})
      EXPECT_TRUE(std::filesystem::exists(path(job + sample + "/two_chains_" + sample + "_" + kind))) << sample << kind;
  for (const char* file : {"two_chains_data.json", "two_chains_model.cif", "two_chains_confidences.json",
                           "two_chains_summary_confidences.json"})
    EXPECT_TRUE(std::filesystem::exists(path(job + file))) << file;
  // Its weights have no terms that results carry.
  EXPECT_FALSE(std::filesystem::exists(path(job + "TERMS_OF_USE.md")));
  EXPECT_FALSE(std::filesystem::exists(path(job + ".groel-unfinished.json")));
  const std::string cif = text(job + "two_chains_model.cif"), scores = text(job + "two_chains_ranking_scores.csv");
  EXPECT_EQ(std::ranges::count(scores, '\n'), 5);
  EXPECT_NE(cif.find("Apache License 2.0"), std::string::npos);
  EXPECT_EQ(cif.find("AlphaFold-beta"), std::string::npos);
  const auto confidences = nlohmann::json::parse(text(job + "two_chains_confidences.json"));
  EXPECT_EQ(confidences["pae"].size(), 9U);
  EXPECT_EQ(confidences["atom_plddts"].size(), 65U);
  for (const auto& lddt : confidences["atom_plddts"]) EXPECT_GT(lddt.get<double>(), 1);  // of 100
  EXPECT_EQ(
      io::read_npz(path(job + "seed-3_embeddings/two_chains_seed-3_embeddings.npz")).arrays.at("pair_embeddings").shape,
      (std::vector<std::int64_t>{9, 9, 32}));
  EXPECT_EQ(io::read_npz(path(job + "seed-4_distogram/two_chains_seed-4_distogram.npz")).arrays.at("distogram").shape,
            (std::vector<std::int64_t>{9, 9, 64}));
}

TEST_F(FoldProtenixRun, RanksAsProtenixDoes) {
  ASSERT_EQ(fold("out").exit, 0);
  const nlohmann::json found = summary("out", "seed-3_sample-0");
  const double clash = found["has_clash"].get<double>();
  // Rounded to two decimals each; what is disordered counts for nothing.
  EXPECT_NEAR(found["ranking_score"].get<double>(),
              0.8 * found["iptm"].get<double>() + 0.2 * found["ptm"].get<double>() - 100 * clash, 0.011);
  EXPECT_EQ(found["chain_plddt"].size(), 2U);
  EXPECT_EQ(found["chain_pair_iptm_global"][0].size(), 2U);
  EXPECT_GT(found["plddt"].get<double>(), 1);
  EXPECT_GT(found["gpde"].get<double>(), 0);
  EXPECT_TRUE(found["chain_pair_pae_min"][1][0].is_null());  // an ion has no frame
  EXPECT_FALSE(found["chain_pair_pae_min"][0][1].is_null());
}

TEST_F(FoldProtenixRun, SeedsDecideAndThreadsDoNot) {
  ASSERT_EQ(fold("one", {"--threads", "1"}).exit, 0);
  ASSERT_EQ(fold("two", {"--threads", "2"}).exit, 0);
  EXPECT_EQ(atoms("one", "seed-3_sample-0"), atoms("two", "seed-3_sample-0"));
  EXPECT_NE(atoms("one", "seed-3_sample-0"), atoms("one", "seed-3_sample-1"));
  EXPECT_NE(atoms("one", "seed-3_sample-0"), atoms("one", "seed-4_sample-0"));
}

TEST_F(FoldProtenixRun, GoesOnWhereItWasStopped) {
  ASSERT_EQ(fold("whole").exit, 0);
  ASSERT_EQ(fold("part").exit, 0);
  const std::string job = path("part/two_chains/"), gone = "seed-4_sample-1";
  std::filesystem::remove_all(job + gone);
  ASSERT_EQ(fold("marked", {"--memory", "1K"}).exit, 7);  // leaves the mark of such a run
  std::filesystem::copy(path("marked/two_chains/.groel-unfinished.json"), job + ".groel-unfinished.json");
  const Outcome outcome = fold("part");
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("seed 3: is there already")) << outcome;
  EXPECT_TRUE(outcome.says("seed 4: 1 sample")) << outcome;
  EXPECT_EQ(atoms("part", gone), atoms("whole", gone));
  EXPECT_EQ(text("part/two_chains/two_chains_ranking_scores.csv"),
            text("whole/two_chains/two_chains_ranking_scores.csv"));
}

TEST_F(FoldProtenixRun, TheModelCanBeNamedByM) {
  ASSERT_EQ(fold("folder").exit, 0);
  const Outcome outcome = run({"-m", weights_, "-o", path("model"), "--num-recycles", "1", "--num-diffusion-samples",
                               "2", "--num-diffusion-steps", "3"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_EQ(atoms("model", "seed-3_sample-0"), atoms("folder", "seed-3_sample-0"));
  const Outcome both = fold("both", {"-m", weights_});
  EXPECT_EQ(both.exit, 2) << both;
  // Under its name it is where `groel pull` puts it.
  const Outcome absent = run({"-m", "protenix_base_default_v1.0.0", "-o", path("named")});
  EXPECT_EQ(absent.exit, 3) << absent;
  EXPECT_TRUE(absent.says("groel pull protenix_base_default_v1.0.0")) << absent;
  const std::string pulled = path("cache/groel/downloads/protenix_base_default_v1.0.0");
  std::filesystem::create_directories(pulled);
  std::filesystem::copy(weights_, pulled + "/protenix_base_default_v1.0.0.pt");
  const Outcome named = run({"-m", "protenix", "-o", path("named"), "--num-recycles", "1", "--num-diffusion-samples",
                             "2", "--num-diffusion-steps", "3"});
  ASSERT_EQ(named.exit, 0) << named;
  EXPECT_EQ(atoms("named", "seed-4_sample-1"), atoms("folder", "seed-4_sample-1"));
}

TEST_F(FoldProtenixRun, TellsWhatItTakesBefore) {
  const auto checked = [&](const std::string& weights) {
    const Outcome outcome = run({"--check", "--json", "--model-dir", weights});
    EXPECT_EQ(outcome.exit, 0) << outcome;
    return nlohmann::json::parse(outcome.out)["jobs"][0];
  };
  const auto whole = checked(weights_);
  EXPECT_EQ(whole["network"], "Protenix");
  EXPECT_EQ(whole["passes"], 10);
  EXPECT_EQ(whole["steps"], 200);
  EXPECT_GT(whole["memory_bytes"].get<double>(), whole["weight_bytes"].get<double>());
  testing::ProtenixFile file;
  file.keep_last_alignment_block();
  file.write(path("mini.safetensors"));
  const auto mini = checked(path("mini.safetensors"));
  EXPECT_EQ(mini["passes"], 4);
  EXPECT_EQ(mini["steps"], 5);
  EXPECT_LT(mini["seconds_per_seed"].get<double>(), whole["seconds_per_seed"].get<double>());
  const Outcome run_mini = run({"--model-dir", path("mini.safetensors"), "-o", path("mini")});
  ASSERT_EQ(run_mini.exit, 0) << run_mini;
  EXPECT_EQ(std::ranges::count(text("mini/two_chains/two_chains_ranking_scores.csv"), '\n'), 11);  // 2 seeds of 5
}

TEST_F(FoldProtenixRun, InfoSaysWhatItIs) {
  const Outcome outcome =
      testing::Process({GROEL_PROGRAM, "info", weights_, "--json"}, {folder_.path().string(), "", {}}).wait();
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const auto info = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(info["family"], "protenix");
  EXPECT_TRUE(info["licence"].get<std::string>().starts_with("Apache-2.0"));
  EXPECT_EQ(info["trunk"]["blocks"], 2);
  EXPECT_EQ(info["diffusion"]["blocks"], 3);
  EXPECT_EQ(info["usual"]["passes"], 10);
}

TEST_F(FoldProtenixRun, WeightsThatAreNoneAreToldBeforeAnything) {
  const std::string whole = read_text(weights_, std::size_t{1} << 30);
  write_text(path("protenix_cut.pt"), whole.substr(0, whole.size() / 2));
  weights_ = path("protenix_cut.pt");
  const Outcome cut = fold("out");
  EXPECT_EQ(cut.exit, 5) << cut;
  EXPECT_TRUE(cut.says("protenix_cut.pt")) << cut;
  weights_ = std::string(GROEL_TEST_DATA) + "/esm2-tiny/esm2_tiny.pt";
  const Outcome other = fold("out");
  EXPECT_EQ(other.exit, 5) << other;
  EXPECT_TRUE(other.says("these are no weights of Protenix")) << other;
  testing::ProtenixFile file;
  file.erase("distogram_head.linear.bias");
  file.rename("confidence_head.pae_ln.", "confidence_head.pae_norm.");
  file.write(path("renamed.safetensors"));
  weights_ = path("renamed.safetensors");
  const Outcome renamed = fold("out");
  EXPECT_EQ(renamed.exit, 5) << renamed;
  for (const char* part : {"missing (3)", "distogram_head.linear.bias", "confidence_head.pae_ln.weight",
                           "unexpected (2)", "confidence_head.pae_norm.bias"})
    EXPECT_TRUE(renamed.says(part)) << part << renamed;
  EXPECT_FALSE(std::filesystem::exists(path("out")));
}

}  // namespace
}  // namespace groel::tasks
