// groel fold, as it is run: jobs checked, completed and made features of; AlphaFold 3's flags; what goes wrong on the
// way.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/program.h"
#include "io/npz.h"
#include "support/program.h"
#include "tasks/fold/options.h"

namespace groel::tasks {
namespace {

using testing::Outcome;

const std::string kJob = std::string(GROEL_SOURCE_DIR) + "/examples/fold/ubiquitin.json";

class Fold : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  Outcome run(std::vector<std::string> words, std::vector<std::pair<std::string, std::string>> environment = {}) const {
    words.insert(words.begin(), {GROEL_PROGRAM, "fold"});
    environment.emplace_back("XDG_CACHE_HOME", path("cache"));
    return testing::Process(words, {folder_.path().string(), "", environment}).wait();
  }
  testing::TemporaryFolder folder_;
};

TEST_F(Fold, ChecksAJob) {
  const Outcome outcome = run({kJob, "--check", "--json"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const auto job = nlohmann::json::parse(outcome.out)["jobs"][0];
  EXPECT_EQ(job["tokens"], 76);
  EXPECT_EQ(job["padded_tokens"], 128);
  EXPECT_EQ(job["chains"][0]["alignments"], "the sequence alone; paired the sequence alone");
}

TEST_F(Fold, CheckSaysWhatTheNetworkWillNotSee) {
  std::string text = testing::read_file(kJob);
  const std::string empty = "\"unpairedMsa\": \"\"";
  ASSERT_NE(text.find(empty), std::string::npos);
  text.replace(text.find(empty), empty.size(), "\"unpairedMsa\": \"msas/typo.a3m\"");
  testing::write_file(path("typo.json"), text);
  const Outcome outcome = run({path("typo.json"), "--check"});
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("text that belongs to no row") && outcome.says("msas/typo.a3m")) << outcome;
}

TEST_F(Fold, WritesFeaturesAndTheCompletedJob) {
  ASSERT_EQ(run({kJob, "--features", path("f.npz"), "--buckets", "none"}).exit, 0);
  const io::NpzFile features = io::read_npz(path("f.npz"));
  EXPECT_EQ(features.arrays.size(), 59U);
  EXPECT_EQ(features.arrays.at("msa").shape, (std::vector<std::int64_t>{2, 76}));
  const Outcome outcome = run({kJob, "-o", path("out"), "--no-inference"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const std::string text = testing::read_file(path("out/ubiquitin/ubiquitin_data.json"));
  EXPECT_NE(text.find(">Original query\\nMQIFV"), std::string::npos);
}

TEST_F(Fold, UnderstandsAlphaFold3sFlags) {
  const Outcome outcome =
      run({"--json_path=" + kJob, "--output_dir", path("out"), "--model_dir=/models", "--db_dir=/data",
           "--norun_inference", "--num_recycles=3", "--flash_attention_implementation", "xla",
           "--uniref90_database_path", "/data/u.fa", "--nosave_embeddings"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("no effect here: flash-attention-implementation")) << outcome;
  EXPECT_EQ(as_fold_spells({"--run_data_pipeline=false", "--run_inference=true", "--force_output_dir",
                            "--rfam_z_value=138.6", "-o", "x"}),
            (std::vector<std::string>{"--no-data-pipeline", "--overwrite", "--database-total=rfam=138.6", "-o", "x"}));
}

TEST_F(Fold, KeepsAnEarlierRunApart) {
  ASSERT_EQ(run({kJob, "-o", path("out"), "--no-inference"}).exit, 0);
  ASSERT_EQ(run({kJob, "-o", path("out"), "--no-inference"}).exit, 0);
  std::size_t folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path("out")))
    folders += entry.path().filename().string().starts_with("ubiquitin") ? 1 : 0;
  EXPECT_EQ(folders, 2U);
}

TEST_F(Fold, ExamplesAreJobs) {
  ASSERT_EQ(run({"--examples", "-o", path("jobs")}).exit, 0);
  const Outcome outcome = run({path("jobs"), "--check", "--json"});
  EXPECT_TRUE(outcome.exit == 0 || outcome.says("need RDKit")) << outcome;
  if (outcome.exit == 0) {
    EXPECT_EQ(nlohmann::json::parse(outcome.out)["jobs"].size(), 12U);
  }
}

TEST_F(Fold, SaysWhatIsMissing) {
  testing::write_file(
      path("job.json"),
      R"({"dialect":"alphafold3","version":1,"name":"j","modelSeeds":[1],"sequences":[{"protein":{"id":"A","sequence":"MKTAYIAKQR"}},{"ligand":{"id":"B","ccdCodes":["XX1","XX2"]}}]})");
  Outcome outcome = run({path("job.json"), "--check"});
  EXPECT_TRUE(outcome.says("2 components are not known: XX1, XX2")) << outcome;
  EXPECT_TRUE(outcome.says("--components")) << outcome;
  testing::write_file(
      path("job.json"),
      R"({"dialect":"alphafold3","version":1,"name":"j","modelSeeds":[1],"sequences":[{"protein":{"id":"A","sequence":"MKTAYIAKQR"}}]})");
  outcome = run({path("job.json"), "-o", path("out"), "--no-inference", "--no-data-pipeline"});
  EXPECT_TRUE(outcome.says("lacks alignments or templates")) << outcome;
  outcome = run({path("job.json"), "-o", path("out"), "--no-inference"}, {{"PATH", "/nowhere"}});
  EXPECT_TRUE(outcome.says("apt-get install hmmer")) << outcome;
  if (!find_program("jackhmmer")) return;
  outcome = run({path("job.json"), "-o", path("out"), "--no-inference", "--db-dir", path("none")});
  EXPECT_TRUE(outcome.says("uniref90 is not there")) << outcome;
  EXPECT_FALSE(std::filesystem::exists(path("out")));
}

// A jackhmmer that finds nothing, and in MGnify takes a minute over it until there is a file `go`.
constexpr const char* kSlowSearch = R"(#!/bin/sh
for word; do [ "$last" = -A ] && output=$word; last=$word; done
[ "$1" = -h ] && exit 1
case $last in *mgy*) [ -e "$(dirname "$last")/go" ] || exec sleep 60;; esac
printf '# STOCKHOLM 1.0\nquery MKTAYIAKQR\n//\n' >"$output"
)";

TEST_F(Fold, GoesOnAfterAKill) {
  testing::write_file(
      path("job.json"),
      R"({"dialect":"alphafold3","version":1,"name":"j","modelSeeds":[1],"sequences":[{"protein":{"id":"A","sequence":"MKTAYIAKQR","templates":[]}}]})");
  testing::write_file(path("jackhmmer"), kSlowSearch);
  std::filesystem::permissions(path("jackhmmer"), std::filesystem::perms::owner_all);
  for (const char* name : {"uniref90_2022_05.fa", "mgy_clusters_2022_05.fa", "bfd-first_non_consensus_sequences.fasta",
                           "uniprot_all_2021_04.fa"})
    testing::write_file(path(name), ">a\nMK\n");
  const std::vector<std::string> words{GROEL_PROGRAM,
                                       "fold",
                                       path("job.json"),
                                       "-o",
                                       path("out"),
                                       "--db-dir",
                                       folder_.path().string(),
                                       "--program",
                                       "jackhmmer=" + path("jackhmmer"),
                                       "--no-inference",
                                       "--threads",
                                       "1"};
  const testing::Process::Setup setup{folder_.path().string(), "", {{"XDG_CACHE_HOME", path("cache")}}};
  const auto kept = [&] {
    std::size_t count = 0;
    if (std::filesystem::exists(path("cache/groel/searches")))
      for (const auto& entry : std::filesystem::directory_iterator(path("cache/groel/searches")))
        count += entry.path().extension() == ".zst" ? 1 : 0;
    return count;
  };
  {
    testing::Process stopped(words, setup);
    for (int i = 0; i < 600 && kept() < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ASSERT_EQ(kept(), 2U);
    stopped.kill(SIGKILL);
    stopped.wait();
  }
  EXPECT_FALSE(std::filesystem::exists(path("out/j/j_data.json")));
  testing::write_file(path("go"), "");
  const Outcome outcome = testing::Process(words, setup).wait();
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("uniref90: 1 row, kept from an earlier run")) << outcome;
  EXPECT_TRUE(outcome.says("mgnify: 1 row, 0.")) << outcome;
  EXPECT_TRUE(std::filesystem::exists(path("out/j/j_data.json")));
}

TEST_F(Fold, RefusesTwoJobsOfOneName) {
  std::filesystem::create_directory(path("jobs"));
  for (const char* name : {"a.json", "b.json"}) std::filesystem::copy_file(kJob, path("jobs") + "/" + name);
  const Outcome outcome = run({path("jobs"), "--check"});
  EXPECT_TRUE(outcome.says("two jobs have the name ubiquitin")) << outcome;
}

TEST_F(Fold, OptionsOfSequencesAreRefused) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--arrays"}, {"--linker", "3"}, {"--residue-offset", "3"}, {"--chunk", "4"}, {"--max-tokens", "5"}}) {
    std::vector<std::string> all{kJob, "-o", path("out"), "--no-inference"};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = run(all);
    EXPECT_EQ(outcome.exit, 2) << outcome;
    EXPECT_TRUE(outcome.says(words.front())) << outcome;
    EXPECT_TRUE(outcome.says("goes with sequences, and jobs are folded")) << outcome;
  }
  EXPECT_FALSE(std::filesystem::exists(path("out")));
}

TEST_F(Fold, NumbersOutOfRangeAreRefused) {
  for (const auto& [flag, value] : std::vector<std::pair<std::string, std::string>>{{"--num-seeds", "-5"},
                                                                                    {"--num-seeds", "0"},
                                                                                    {"--num-recycles", "100000000000"},
                                                                                    {"--num-diffusion-samples", "0"},
                                                                                    {"--num-msa", "0"},
                                                                                    {"--max-parallel-files", "-5"}}) {
    const Outcome outcome = run({kJob, "--check", flag, value});
    EXPECT_EQ(outcome.exit, 2) << outcome;
    EXPECT_TRUE(outcome.says("it is a whole number from")) << outcome;
    EXPECT_TRUE(outcome.says(flag)) << outcome;
  }
  EXPECT_TRUE(run({kJob, "--check", "--buckets", "999999999999999"}).says("no number of tokens from 1 to"));
}

TEST_F(Fold, NoJobWritesOutsideOfItsFolder) {
  for (const std::string name : {".", "..", "/../", "..."}) {
    testing::write_file(
        path("job.json"),
        fmt::format(
            R"({{"dialect":"alphafold3","version":1,"name":"{}","modelSeeds":[1],"sequences":[{{"ligand":{{"id":"B","ccdCodes":["ZN"]}}}}]}})",
            name));
    const Outcome outcome = run({path("job.json"), "-o", path("out/in"), "--no-inference"});
    EXPECT_EQ(outcome.exit, 4) << outcome;
    EXPECT_TRUE(outcome.says("expected a name with at least one letter, digit, dash or underscore")) << outcome;
  }
  EXPECT_FALSE(std::filesystem::exists(path("out")));
}

TEST_F(Fold, RefusesAListOfNoJobs) {
  testing::write_file(path("none.json"), "[]");
  const Outcome outcome = run({path("none.json"), "-o", path("out"), "--no-inference"});
  EXPECT_NE(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("this is a list of no jobs")) << outcome;
}

TEST_F(Fold, SaysThatTheDiskIsFull) {
  const Outcome outcome = run({kJob, "--features", "/dev/full"});
  EXPECT_NE(outcome.exit, 0);
}

}  // namespace
}  // namespace groel::tasks
