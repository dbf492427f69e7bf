// groel fold with OpenFold3's networks, on small random weights: every file, its scores, its own atoms and residues,
// and weights that are none.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/npz.h"
#include "support/openfold3_file.h"
#include "tasks/fold_job_run.h"

namespace groel::tasks {
namespace {

class FoldOpenfold3Run : public FoldJobRun {
 protected:
  FoldOpenfold3Run() : FoldJobRun(testing::Openfold3File::golden().string()) {}
  nlohmann::json summary(const std::string& out, const std::string& sample) const {
    return nlohmann::json::parse(
        text(out + "/two_chains/" + sample + "/two_chains_" + sample + "_summary_confidences.json"));
  }
};

TEST_F(FoldOpenfold3Run, WritesEveryFile) {
  const Outcome outcome = fold("out", {"--save-embeddings", "--save-distogram"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("weights of OpenFold3")) << outcome;
  const std::string job = "out/two_chains/";
  for (const char* sample : {"seed-3_sample-0", "seed-3_sample-1", "seed-4_sample-0", "seed-4_sample-1"})
    for (const char* kind : {"model.cif", "confidences.json", "summary_confidences.json"})
      EXPECT_TRUE(std::filesystem::exists(path(job + sample + "/two_chains_" + sample + "_" + kind))) << sample << kind;
  EXPECT_FALSE(std::filesystem::exists(path(job + "TERMS_OF_USE.md")));
  const std::string cif = text(job + "two_chains_model.cif"), scores = text(job + "two_chains_ranking_scores.csv");
  EXPECT_EQ(std::ranges::count(scores, '\n'), 5);
  EXPECT_NE(cif.find("OpenFold3"), std::string::npos);
  EXPECT_NE(cif.find("Apache License 2.0"), std::string::npos);
  const auto confidences = nlohmann::json::parse(text(job + "two_chains_confidences.json"));
  EXPECT_EQ(confidences["pae"].size(), 9U);
  EXPECT_EQ(confidences["atom_plddts"].size(), 64U);  // one less than AlphaFold 3's: the last residue has no OXT
  for (const auto& lddt : confidences["atom_plddts"]) EXPECT_GT(lddt.get<double>(), 1);  // of 100
  EXPECT_EQ(cif.find("OXT"), std::string::npos);
  EXPECT_EQ(
      io::read_npz(path(job + "seed-3_embeddings/two_chains_seed-3_embeddings.npz")).arrays.at("pair_embeddings").shape,
      (std::vector<std::int64_t>{9, 9, 12}));
  EXPECT_EQ(io::read_npz(path(job + "seed-4_distogram/two_chains_seed-4_distogram.npz")).arrays.at("distogram").shape,
            (std::vector<std::int64_t>{9, 9, 20}));
}

TEST_F(FoldOpenfold3Run, RanksAsOpenFold3Does) {
  ASSERT_EQ(fold("out").exit, 0);
  const nlohmann::json found = summary("out", "seed-3_sample-0");
  const double clash = found["has_clash"].get<double>(), disordered = found["fraction_disordered"].get<double>();
  // Rounded to two decimals each.
  EXPECT_NEAR(found["ranking_score"].get<double>(),
              0.8 * found["iptm"].get<double>() + 0.2 * found["ptm"].get<double>() + 0.5 * disordered - 100 * clash,
              0.016);
  EXPECT_EQ(found["chain_pair_iptm_global"][0].size(), 2U);
  EXPECT_GT(found["plddt"].get<double>(), 1);
  EXPECT_GT(found["gpde"].get<double>(), 0);
  EXPECT_FALSE(found.contains("chain_gpde"));
}

TEST_F(FoldOpenfold3Run, SeedsDecideAndThreadsDoNot) {
  ASSERT_EQ(fold("one", {"--threads", "1"}).exit, 0);
  ASSERT_EQ(fold("two", {"--threads", "2"}).exit, 0);
  EXPECT_EQ(atoms("one", "seed-3_sample-0"), atoms("two", "seed-3_sample-0"));
  EXPECT_NE(atoms("one", "seed-3_sample-0"), atoms("one", "seed-3_sample-1"));
  EXPECT_NE(atoms("one", "seed-3_sample-0"), atoms("one", "seed-4_sample-0"));
}

// Selenomethionine atom by atom, nucleotides without OP3 at their beginning, and a ligand that is bound to a residue.
TEST_F(FoldOpenfold3Run, ResiduesAndAtomsAreItsOwn) {
  const nlohmann::json job{{"dialect", "alphafold3"},
                           {"version", 1},
                           {"name", "two chains"},
                           {"modelSeeds", {3}},
                           {"sequences",
                            {{{"protein",
                               {{"id", "A"},
                                {"sequence", "MCA"},
                                {"modifications", {{{"ptmType", "MSE"}, {"ptmPosition", 1}}}},
                                {"unpairedMsa", ""},
                                {"pairedMsa", ""},
                                {"templates", nlohmann::json::array()}}}},
                             {{"rna", {{"id", "R"}, {"sequence", "GU"}, {"unpairedMsa", ""}}}},
                             {{"ligand", {{"id", "B"}, {"ccdCodes", {"ZN"}}}}}}},
                           {"bondedAtomPairs", {{{"A", 2, "SG"}, {"B", 1, "ZN"}}}}};
  write_text(path("job.json"), job.dump());
  const Outcome outcome = fold("out");
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("OpenFold3's network does not see it")) << outcome;
  const auto confidences = nlohmann::json::parse(text("out/two_chains/two_chains_confidences.json"));
  // 8 atoms of MSE, cysteine, alanine, two nucleotides, the ion.
  EXPECT_EQ(confidences["token_chain_ids"].size(), 8U + 2 + 2 + 1);
  EXPECT_EQ(confidences["atom_plddts"].size(), 8U + 6 + 5 + 23 + 20 + 1);
  EXPECT_EQ(text("out/two_chains/two_chains_model.cif").find("OP3"), std::string::npos);
  const Outcome checked = run({"--check", "--json", "--model-dir", weights_});
  ASSERT_EQ(checked.exit, 0) << checked;
  const auto told = nlohmann::json::parse(checked.out)["jobs"][0];
  EXPECT_EQ(told["network"], "OpenFold3");
  EXPECT_EQ(told["tokens"], 13);
  EXPECT_EQ(told["passes"], 4);
  EXPECT_EQ(told["steps"], 200);
}

TEST_F(FoldOpenfold3Run, TheModelCanBeNamedByM) {
  ASSERT_EQ(fold("folder").exit, 0);
  const Outcome absent = run({"-m", "openfold3", "-o", path("named")});
  EXPECT_EQ(absent.exit, 3) << absent;
  EXPECT_TRUE(absent.says("groel pull openfold3-p1")) << absent;
  const std::string pulled = path("cache/groel/downloads/openfold3-p1");
  std::filesystem::create_directories(pulled);
  std::filesystem::copy(weights_, pulled + "/of3_ft3_v1.pt");
  const Outcome named = run({"-m", "openfold3", "-o", path("named"), "--num-recycles", "1", "--num-diffusion-samples",
                             "2", "--num-diffusion-steps", "3"});
  ASSERT_EQ(named.exit, 0) << named;
  EXPECT_EQ(atoms("named", "seed-4_sample-1"), atoms("folder", "seed-4_sample-1"));
}

TEST_F(FoldOpenfold3Run, InfoSaysWhatItIs) {
  const Outcome outcome =
      testing::Process({GROEL_PROGRAM, "info", weights_, "--json"}, {folder_.path().string(), "", {}}).wait();
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const auto info = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(info["family"], "openfold3");
  EXPECT_TRUE(info["licence"].get<std::string>().starts_with("Apache-2.0"));
  EXPECT_EQ(info["trunk"]["blocks"], 2);
  EXPECT_EQ(info["diffusion"]["blocks"], 2);
  EXPECT_EQ(info["usual"]["passes"], 4);
}

TEST_F(FoldOpenfold3Run, WeightsThatAreNotWholeAreToldBeforeAnything) {
  testing::Openfold3File file;
  file.erase("aux_heads.distogram.");
  file.rename("aux_heads.plddt.layer_norm.", "aux_heads.plddt.norm.");
  file.write(path("renamed.safetensors"));
  weights_ = path("renamed.safetensors");
  const Outcome renamed = fold("out");
  EXPECT_EQ(renamed.exit, 5) << renamed;
  for (const char* part : {"missing (3)", "aux_heads.distogram.linear.weight", "aux_heads.plddt.layer_norm.bias",
                           "unexpected (2)", "aux_heads.plddt.norm.bias"})
    EXPECT_TRUE(renamed.says(part)) << part << renamed;
  EXPECT_FALSE(std::filesystem::exists(path("out")));
}

}  // namespace
}  // namespace groel::tasks
