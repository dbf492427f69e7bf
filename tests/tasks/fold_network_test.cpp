// groel fold with AlphaFold 3's network, on small random weights: every file of the results, runs that go on where they
// were stopped, and what is told before anything is computed.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/npz.h"
#include "tasks/fold_job_run.h"

namespace groel::tasks {
namespace {

const std::string kWeights = std::string(GROEL_TEST_DATA) + "/af3-tiny/af3.bin";

class FoldNetworkRun : public FoldJobRun {
 protected:
  FoldNetworkRun() : FoldJobRun(kWeights) {}
};

TEST_F(FoldNetworkRun, WritesEveryFile) {
  const Outcome outcome = fold("out", {"--save-embeddings", "--save-distogram", "--json"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const auto told = nlohmann::json::parse(outcome.out)["jobs"].at(0);
  EXPECT_EQ(told["structures"].size(), 4U);
  EXPECT_TRUE(told["folder"].get<std::string>().ends_with("out/two_chains")) << told;
  EXPECT_EQ(told["best"]["ranking_score"], std::ranges::max(told["structures"], {}, [](const auto& one) {
              return one["ranking_score"].template get<double>();
            })["ranking_score"]);
  const std::string job = "out/two_chains/";
  for (const char* sample : {"seed-3_sample-0", "seed-3_sample-1", "seed-4_sample-0", "seed-4_sample-1"})
    for (const char* kind : {"model.cif", "confidences.json", "summary_confidences.json"})
      EXPECT_TRUE(std::filesystem::exists(path(job + sample + "/two_chains_" + sample + "_" + kind))) << sample << kind;
  for (const char* file : {"two_chains_data.json", "two_chains_model.cif", "two_chains_confidences.json",
                           "two_chains_summary_confidences.json", "TERMS_OF_USE.md"})
    EXPECT_TRUE(std::filesystem::exists(path(job + file))) << file;
  EXPECT_FALSE(std::filesystem::exists(path(job + ".groel-unfinished.json")));
  const std::string scores = text(job + "two_chains_ranking_scores.csv");
  EXPECT_EQ(std::ranges::count(scores, '\n'), 5);
  const auto confidences = nlohmann::json::parse(text(job + "two_chains_confidences.json"));
  EXPECT_EQ(confidences["pae"].size(), 9U);
  EXPECT_EQ(confidences["atom_plddts"].size(), 65U);
  EXPECT_EQ(confidences["token_chain_ids"].back(), "B");
  EXPECT_EQ(
      io::read_npz(path(job + "seed-3_embeddings/two_chains_seed-3_embeddings.npz")).arrays.at("pair_embeddings").shape,
      (std::vector<std::int64_t>{9, 9, 32}));
  EXPECT_EQ(io::read_npz(path(job + "seed-4_distogram/two_chains_seed-4_distogram.npz")).arrays.at("distogram").shape,
            (std::vector<std::int64_t>{9, 9, 64}));
  EXPECT_NE(text(job + "two_chains_model.cif").find("AlphaFold-beta-20231127"), std::string::npos);
}

TEST_F(FoldNetworkRun, SeedsDecideAndThreadsDoNot) {
  ASSERT_EQ(fold("one", {"--threads", "1"}).exit, 0);
  ASSERT_EQ(fold("two", {"--threads", "2"}).exit, 0);
  EXPECT_EQ(atoms("one", "seed-3_sample-0"), atoms("two", "seed-3_sample-0"));
  EXPECT_NE(atoms("one", "seed-3_sample-0"), atoms("one", "seed-3_sample-1"));
  EXPECT_NE(atoms("one", "seed-3_sample-0"), atoms("one", "seed-4_sample-0"));
}

TEST_F(FoldNetworkRun, GoesOnWhereItWasStopped) {
  ASSERT_EQ(fold("whole").exit, 0);
  ASSERT_EQ(fold("part").exit, 0);
  // As if it had been stopped after three samples.
  const std::string job = path("part/two_chains/"), gone = "seed-4_sample-0";
  std::filesystem::remove_all(job + gone);
  // The mark of a run that is not at its end is that of the same run.
  const Outcome killed = fold("marked", {"--memory", "1K"});
  EXPECT_EQ(killed.exit, 7) << killed;
  std::filesystem::copy(path("marked/two_chains/.groel-unfinished.json"), job + ".groel-unfinished.json");
  const Outcome outcome = fold("part");
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("goes on with the run that was stopped")) << outcome;
  EXPECT_TRUE(outcome.says("seed 3: is there already")) << outcome;
  EXPECT_TRUE(outcome.says("seed 4: 1 sample")) << outcome;
  for (const std::string& name :
       {gone + "/two_chains_" + gone + "_summary_confidences.json", std::string("two_chains_confidences.json")})
    EXPECT_EQ(text("part/two_chains/" + name), text("whole/two_chains/" + name));
  EXPECT_EQ(text("part/two_chains/two_chains_ranking_scores.csv"),
            text("whole/two_chains/two_chains_ranking_scores.csv"));
}

// What is made with other options of the layout or the features is no part of the run that was stopped.
TEST_F(FoldNetworkRun, SamplesOfOtherFeaturesAreNotItsOwn) {
  const std::string mark = "/two_chains/.groel-unfinished.json";
  const auto marked = [&](const std::string& out, std::vector<std::string> more) {
    more.insert(more.end(), {"--memory", "1K"});  // ends when the mark is made
    EXPECT_EQ(fold(out, more).exit, 7);
    return text(out + mark);
  };
  const std::string first = marked("first", {});
  EXPECT_EQ(marked("again", {}), first);
  const std::vector<std::vector<std::string>> others{{"--fix-standalone-glycans"},
                                                     {"--max-template-date", "2020-01-01"},
                                                     {"--conformer-max-iterations", "7"},
                                                     {"--no-resolve-msa-overlaps"},
                                                     {"--buckets", "16,32"},
                                                     {"--num-msa", "7"}};
  for (std::size_t i = 0; i < others.size(); ++i)
    EXPECT_NE(marked(fmt::format("other{}", i), others[i]), first) << others[i].front();
  // The zinc of another dictionary.
  write_text(path("zinc.cif"), R"(data_ZN
_chem_comp.id ZN
_chem_comp.type NON-POLYMER
_chem_comp_atom.comp_id ZN
_chem_comp_atom.atom_id ZN
_chem_comp_atom.type_symbol ZN
_chem_comp_atom.charge 3
_chem_comp_atom.pdbx_leaving_atom_flag N
_chem_comp_atom.pdbx_model_Cartn_x_ideal 0.5
_chem_comp_atom.pdbx_model_Cartn_y_ideal 0
_chem_comp_atom.pdbx_model_Cartn_z_ideal 0
)");
  EXPECT_NE(marked("zinc", {"--components", path("zinc.cif")}), first);
}

TEST_F(FoldNetworkRun, ArraysThatFinishedSeedsLackAreMade) {
  ASSERT_EQ(fold("out").exit, 0);
  ASSERT_EQ(fold("marked", {"--memory", "1K"}).exit, 7);
  const std::string job = "out/two_chains/", sample = job + "seed-3_sample-0/two_chains_seed-3_sample-0_model.cif";
  std::filesystem::copy(path("marked/two_chains/.groel-unfinished.json"), path(job + ".groel-unfinished.json"));
  const std::string before = text(sample);
  const Outcome outcome = fold("out", {"--save-embeddings", "--save-distogram"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("seed 3: samples are there already; the arrays that they came without are written"))
      << outcome;
  for (const char* seed : {"seed-3", "seed-4"})
    for (const char* what : {"embeddings", "distogram"}) {
      const std::string part = fmt::format("{}_{}", seed, what);
      EXPECT_TRUE(std::filesystem::exists(path(job + part + "/two_chains_" + part + ".npz"))) << part;
    }
  EXPECT_EQ(text(sample), before);
}

TEST_F(FoldNetworkRun, TellsWhatItTakesBefore) {
  const Outcome checked = run({"--check", "--json", "--model-dir", kWeights});
  ASSERT_EQ(checked.exit, 0) << checked;
  const auto job = nlohmann::json::parse(checked.out)["jobs"][0];
  EXPECT_GT(job["memory_bytes"].get<double>(), job["weight_bytes"].get<double>());
  EXPECT_GT(job["seconds_per_seed"].get<double>(), 0);
  const auto published = nlohmann::json::parse(run({"--check", "--json"}).out)["jobs"][0];
  EXPECT_EQ(published["weight_bytes"].get<std::size_t>(), 368'384'538U * 4);
  const Outcome refused = fold("out", {"--memory", "1K"});
  EXPECT_EQ(refused.exit, 7) << refused;
  EXPECT_TRUE(refused.says("the network needs")) << refused;
}

TEST_F(FoldNetworkRun, WeightsAreAskedForBeforeAnythingElse) {
  const Outcome none = run({"-o", path("out")});
  EXPECT_EQ(none.exit, 2) << none;
  EXPECT_TRUE(none.says("--model-dir")) << none;
  const Outcome empty = run({"-o", path("out"), "--model-dir", folder_.path().string()});
  EXPECT_EQ(empty.exit, 3) << empty;
  EXPECT_TRUE(empty.says("no weights of AlphaFold 3 are in this folder, nor any of IntelliFold-2, Protenix")) << empty;
  EXPECT_FALSE(std::filesystem::exists(path("out")));
}

}  // namespace
}  // namespace groel::tasks
