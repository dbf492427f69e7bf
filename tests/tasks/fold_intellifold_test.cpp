// groel fold, info and models with IntelliFold-2's network, on small random weights.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/golden.h"
#include "tasks/fold_job_run.h"

namespace groel::tasks {
namespace {

class FoldIntellifoldRun : public FoldJobRun {
 protected:
  FoldIntellifoldRun() : FoldJobRun(testing::data("intellifold-tiny").string()) {}
  Outcome info(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{GROEL_PROGRAM, "info", weights_};
    all.insert(all.end(), more.begin(), more.end());
    return testing::Process(all, {folder_.path().string(), "", {{"XDG_CACHE_HOME", path("cache")}}}).wait();
  }
};

TEST_F(FoldIntellifoldRun, WritesEveryFile) {
  const Outcome outcome = fold("out");
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("weights of IntelliFold-2")) << outcome;
  const std::string job = "out/two_chains/";
  for (const char* sample : {"seed-3_sample-0", "seed-3_sample-1", "seed-4_sample-0", "seed-4_sample-1"})
    for (const char* kind : {"model.cif", "confidences.json", "summary_confidences.json"})
      EXPECT_TRUE(std::filesystem::exists(path(job + sample + "/two_chains_" + sample + "_" + kind))) << sample << kind;
  EXPECT_FALSE(std::filesystem::exists(path(job + "TERMS_OF_USE.md")));  // those are AlphaFold 3's
  const std::string cif = text(job + "two_chains_model.cif");
  EXPECT_NE(cif.find("IntelliFold-2"), std::string::npos);
  EXPECT_NE(cif.find("Apache License 2.0"), std::string::npos);
  EXPECT_EQ(cif.find("AlphaFold 3 weights"), std::string::npos);
  EXPECT_EQ(std::ranges::count(text(job + "two_chains_ranking_scores.csv"), '\n'), 5);
}

TEST_F(FoldIntellifoldRun, SaysWhatItIs) {
  const Outcome told = info({"--json"});
  ASSERT_EQ(told.exit, 0) << told;
  const auto facts = nlohmann::json::parse(told.out);
  EXPECT_EQ(facts["family"], "intellifold2");
  EXPECT_EQ(facts["network"], "IntelliFold-2");
  EXPECT_EQ(facts["told_by"],
            "by intellifold_v2_fourier.npz beside it; no published network has its sizes: pairs of 8, an alignment of "
            "6, templates of 6, 2 heads of pairs");
  EXPECT_EQ(facts["usual"]["passes"], 11);
  EXPECT_EQ(facts["licence"], "Apache-2.0, where the weights are those published");
  const Outcome printed = info();
  EXPECT_NE(printed.out.find("IntelliFold-2, told by intellifold_v2_fourier.npz"), std::string::npos) << printed;
  const Outcome checked = run({"--check", "--json", "--model-dir", weights_});
  ASSERT_EQ(checked.exit, 0) << checked;
  const auto job = nlohmann::json::parse(checked.out)["jobs"][0];
  EXPECT_EQ(job["network"], "IntelliFold-2");
  EXPECT_EQ(job["passes"], 11);
  EXPECT_EQ(job["steps"], 200);
}

TEST_F(FoldIntellifoldRun, TheModelCanBeNamedByM) {
  const Outcome absent = run({"-m", "intellifold", "-o", path("named")});
  EXPECT_EQ(absent.exit, 3) << absent;
  EXPECT_TRUE(absent.says("groel pull intellifold-2")) << absent;
  std::filesystem::create_directories(path("cache/groel/downloads"));
  std::filesystem::copy(weights_, path("cache/groel/downloads/intellifold-2"));
  const Outcome named = run({"-m", "intellifold-2", "-o", path("named"), "--num-recycles", "1",
                             "--num-diffusion-samples", "1", "--num-diffusion-steps", "3"});
  ASSERT_EQ(named.exit, 0) << named;
  EXPECT_TRUE(std::filesystem::exists(path("named/two_chains/two_chains_model.cif")));
}

}  // namespace
}  // namespace groel::tasks
