// Learned prompts from the command line: learning, using, probing, and what goes wrong.
#include <gmock/gmock.h>

#include <fstream>

#include "base/error.h"
#include "checkpoints/tensors.h"
#include "io/arrays.h"
#include "io/npz.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kTrunk = std::string(GROEL_TEST_DATA) + "/prompts-tiny/esm2";
const std::string kOther = std::string(GROEL_TEST_DATA) + "/prompts-tiny/esm1b";

constexpr const char* kSequences =
    ">a\nMKTAYIAKQRQISFVK\n>b\nSHFSRQLEERLGLIEV\n>c\nQAPILSRVGDGTQDNL\n>d\nSGAEKAVQVKVKALPD\n>e\nAQFEVVHSLAKWKRQT\n";
constexpr const char* kPairFiles = "id1,id2,interacts\na,b,1\na,c,0\nb,c,1\nc,d,0\nd,e,1\na,e,0\n";

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string recipe(const TemporaryFolder& work, const std::string& more = {}) {
  write(work / "s.fasta", kSequences);
  write(work / "p.csv", kPairFiles);
  write(work / "r.toml", "from = \"" + kTrunk + "\"\nprompts = [\"seq:2\", \"ic:3\"]\nsteps = 4\n" + more +
                             "\n[task.language]\nkind = \"masked\"\ndata = [\"" + (work / "s.fasta") +
                             "\"]\nprompts = [\"seq\"]\n\n[task.meeting]\nkind = \"pairs\"\ndata = [\"" +
                             (work / "p.csv") + "\"]\nsequences = [\"" + (work / "s.fasta") +
                             "\"]\nprompts = [\"ic\"]\nweight = 0.5\nvalid-fraction = 0.3\n");
  return work / "r.toml";
}

void learn(const TemporaryFolder& work, const std::string& more = {}) {
  done({"train", "prompts", recipe(work, more), "--output", work / "out"});
}

// What most tests look at, learned once.
const TemporaryFolder& learned() {
  static const TemporaryFolder* const work = [] {
    const auto* folder = new TemporaryFolder;
    learn(*folder);
    return folder;
  }();
  return *work;
}

std::vector<std::byte> vectors(const std::vector<std::string>& more) {
  const TemporaryFolder work;
  std::vector<std::string> arguments{"embed", "MKTAYIAKQR", "-i", "per-residue", "-o", work / "v.npz"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  done(arguments);
  const auto arrays = io::read_npz(work / "v.npz").arrays;
  const auto bytes = arrays.at("per_residue_3").bytes;
  return {bytes.begin(), bytes.end()};
}

TEST(Prompts, AreLearnedAndUsed) {
  const TemporaryFolder& before = learned();
  EXPECT_LT(std::filesystem::file_size(before / "out/prompts/ic.safetensors"), 4096U);
  const std::string seq = before / "out/prompts/seq", ic = before / "out/prompts/ic.safetensors";
  const auto none = vectors({"-m", kTrunk}), both = vectors({"-m", kTrunk, "--prompt", seq + "," + ic});
  EXPECT_EQ(none.size(), both.size());
  EXPECT_NE(none, both);
  EXPECT_NE(both, vectors({"-m", kTrunk, "--prompt", seq}));
  for (const char* command : {"fill-mask", "perplexity", "contacts", "score"}) {
    std::vector<std::string> plain{
        command, command == std::string("fill-mask") ? "MKT<mask>YIAKQRQISF" : "MKTAYIAKQRQISF", "-m", kTrunk};
    if (command == std::string("contacts")) plain[3] = std::string(GROEL_TEST_DATA) + "/esm2-tiny";
    if (command == std::string("contacts")) continue;  // the trunk has no contact head
    if (command == std::string("score")) plain.insert(plain.end(), {"-v", "M1A"});
    std::vector<std::string> with = plain;
    with.insert(with.end(), {"--prompt", ic});
    EXPECT_NE(done(plain).out, done(with).out) << command;
  }
}

TEST(Prompts, GoOnToTheBit) {
  const TemporaryFolder whole, parts;
  learn(whole);
  done({"train", "prompts", recipe(parts), "--output", parts / "out", "--steps", "2", "--schedule", "constant",
        "--warmup", "0"});
  const auto bytes = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const TemporaryFolder again;
  done({"train", "prompts", recipe(again), "--output", again / "out", "--steps", "4", "--schedule", "constant",
        "--warmup", "0"});
  done({"train", "prompts", recipe(parts), "--output", parts / "out", "--steps", "4", "--schedule", "constant",
        "--warmup", "0", "--resume"});
  EXPECT_EQ(bytes(parts / "out/prompts/ic.safetensors"), bytes(again / "out/prompts/ic.safetensors"));
  EXPECT_EQ(bytes(parts / "out/heads.safetensors"), bytes(again / "out/heads.safetensors"));
  std::string other = bytes(recipe(parts));  // more pairs are held out
  other.replace(other.find("valid-fraction = 0.3"), 20, "valid-fraction = 0.4");
  write(parts / "r.toml", other);
  const Outcome refused = groel({"train", "prompts", parts / "r.toml", "--output", parts / "out", "--steps", "4",
                                 "--schedule", "constant", "--warmup", "0", "--resume"});
  EXPECT_EQ(refused.exit, 4) << refused;
  EXPECT_TRUE(refused.says("the run was started with other held-out data")) << refused;
}

TEST(Prompts, WithTheWholeModelAreKeptBesideIt) {
  const TemporaryFolder work;
  learn(work, "train = \"all\"");
  EXPECT_TRUE(std::filesystem::exists(work / "out/model.safetensors"));
  EXPECT_NE(vectors({"-m", work / "out", "--prompt", "ic"}), vectors({"-m", work / "out"}));
  EXPECT_TRUE(groel({"embed", "MKTAYIAKQR", "-m", kTrunk, "--prompt", work / "out/prompts/ic", "-f", "jsonl"})
                  .says("the prompt was learned on another model"));
}

TEST(Prompts, WithAdapters) {
  const TemporaryFolder work;
  learn(work, "lora-r = 2");
  EXPECT_TRUE(std::filesystem::exists(work / "out/adapter_model.safetensors"));
  EXPECT_NE(vectors({"-m", work / "out", "--prompt", "seq,ic"}), vectors({"-m", work / "out"}));
}

TEST(Prompts, GatesAreLearned) {
  const TemporaryFolder work;
  learn(work, "prompt-gates = true\nprompts-see = \"prompts\"");
  EXPECT_NE(vectors({"-m", kTrunk, "--prompt", work / "out/prompts/ic"}), vectors({"-m", kTrunk}));
}

TEST(Prompts, AHeadKeepsItsPrompts) {
  const TemporaryFolder work;
  std::filesystem::create_directory(work / "out");
  std::filesystem::copy(learned() / "out/prompts", work / "out/prompts", std::filesystem::copy_options::recursive);
  write(work / "t.csv",
        "sequence,label\nMKTAYIAKQRQISFVK,x\nSHFSRQLEERLGLIEV,y\nQAPILSRVGDGTQDNL,x\nSGAEKAVQVKVKALPD,y\n");
  const std::string ic = work / "out/prompts/ic";
  const auto train = [&](const std::string& to, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"train",    "classify", "--data",   work / "t.csv", "--label-column",
                                       "label",    "--from",   kTrunk,     "--head",       "logistic",
                                       "--report", "none",     "--output", work / to};
    arguments.insert(arguments.end(), more.begin(), more.end());
    done(arguments);
  };
  train("with", {"--prompt", ic});
  train("copied", {"--prompt", ic, "--copy-trunk"});
  train("without", {});
  std::filesystem::remove_all(work / "out");  // what the head needs is in its folder
  const auto predict = [&](const std::string& from) {
    return done({"predict", work / "t.csv", "-m", work / from, "--all-labels"}).out;
  };
  EXPECT_NE(predict("with"), predict("without"));
  EXPECT_EQ(predict("with"), predict("copied"));
  EXPECT_TRUE(
      groel({"predict", work / "t.csv", "-m", work / "without", "--prompt", "ic"}).says("was trained without prompts"));
}

TEST(Prompts, AreProbed) {
  const TemporaryFolder& before = learned();
  const TemporaryFolder work;
  write(work / "t.csv",
        "sequence,label\nMKTAYIAKQRQISFVK,x\nSHFSRQLEERLGLIEV,y\nQAPILSRVGDGTQDNL,x\nSGAEKAVQVKVKALPD,"
        "y\nAQFEVVHSLAKWKRQT,x\nMKVLAAGIVGLLLAQG,y\n");
  write(work / "probe.toml", "from = \"" + kTrunk + "\"\nprompt = [\"" + (before / "out/prompts/seq") + "\", \"" +
                                 (before / "out/prompts/ic") +
                                 "\"]\nseeds = 2\n[task.letters]\nkind = \"classify\"\ndata = [\"" + (work / "t.csv") +
                                 "\"]\nlabel-column = [\"label\"]\nhead = \"logistic\"\nvalid-fraction = 0.34\n");
  const json found = json::parse(done({"probe", work / "probe.toml", "--output", work / "probe", "--json"}).out);
  const json& choices = found["tasks"][0]["choices"];
  ASSERT_EQ(choices.size(), 4U);
  EXPECT_EQ(choices[3]["prompts"], "seq+ic");
  EXPECT_EQ(choices[3]["values"].size(), 2U);
  EXPECT_TRUE(choices[0]["difference"].is_null());
  EXPECT_TRUE(std::filesystem::exists(work / "probe/report.html"));
  EXPECT_TRUE(groel({"probe", work / "probe.toml", "--output", work / "probe"}).says("there is a probe already"));
  const Outcome again = done({"probe", work / "probe.toml", "--output", work / "probe", "--resume", "--json"});
  EXPECT_EQ(json::parse(again.out), found);
}

TEST(Prompts, AreProbedAgainstRandomTwins) {
  const TemporaryFolder& before = learned();
  const TemporaryFolder work;
  const std::string folder = std::string(GROEL_TEST_DATA) + "/interactions/", ic = before / "out/prompts/ic";
  write(work / "probe.toml", "from = \"" + kTrunk + "\"\nprompt = [\"" + ic +
                                 "\"]\nseeds = 2\ncontrol = true\n[task.scores]\nkind = \"affinity\"\ndata = [\"" +
                                 folder + "actions.tsv\"]\nsequences = [\"" + folder +
                                 "dictionary.tsv\"]\nmax-length = 40\nvalue-column = \"score\"\n");
  const json found = json::parse(done({"probe", work / "probe.toml", "--output", work / "probe", "--json"}).out);
  const json& choices = found["tasks"][0]["choices"];
  ASSERT_EQ(choices.size(), 3U);
  EXPECT_EQ(choices[1]["prompts"], "random ic");
  EXPECT_TRUE(choices[1]["beyond_random"].is_null());
  EXPECT_FALSE(choices[1]["difference"].is_null());
  EXPECT_FALSE(choices[2]["beyond_random"].is_null());
  EXPECT_NE(choices[1]["values"], choices[0]["values"]);
  EXPECT_NE(choices[1]["values"], choices[2]["values"]);
  const auto vectors = [](const std::string& file) {
    const io::ArrayFile read = io::read_safetensors(file);
    return checkpoints::copied(read.arrays.at("vectors"), DType::f32);
  };
  const auto squares = [](const Tensor& tensor) {
    double sum = 0;
    for (const float value : tensor.values<float>()) sum += static_cast<double>(value) * value;
    return sum;
  };
  const Tensor twin = vectors(work / "probe/random/ic.safetensors"), learned_ones = vectors(ic + ".safetensors");
  EXPECT_EQ(twin.shape(), learned_ones.shape());
  EXPECT_NEAR(squares(twin), squares(learned_ones), 0.35 * squares(learned_ones));  // of some dozens of numbers
  EXPECT_NE(twin.values<float>()[0], learned_ones.values<float>()[0]);
}

// STRING's score of an action stands in for an affinity: a number of a pair.
TEST(Prompts, AreProbedByAffinities) {
  const TemporaryFolder& before = learned();
  const TemporaryFolder work;
  const std::string folder = std::string(GROEL_TEST_DATA) + "/interactions/";
  const auto probe = [&](const std::string& fields) {
    write(work / "probe.toml", "from = \"" + kTrunk + "\"\nprompt = [\"" + (before / "out/prompts/ic") +
                                   "\"]\nseeds = 3\n[task.scores]\nkind = \"affinity\"\ndata = [\"" + folder +
                                   "actions.tsv\"]\nsequences = [\"" + folder + "dictionary.tsv\"]\nmax-length = 40\n" +
                                   fields);
    return groel({"probe", work / "probe.toml", "--output", work / "probe", "--overwrite", "--json"});
  };
  const Outcome said = probe("value-column = \"score\"\n");
  ASSERT_EQ(said.exit, 0) << said;
  const json task = json::parse(said.out)["tasks"][0];
  EXPECT_EQ(task["score"], "spearmanr");
  ASSERT_EQ(task["choices"].size(), 2U);
  EXPECT_EQ(task["choices"][1]["values"].size(), 3U);
  EXPECT_GT(task["choices"][0]["mean"].get<double>(), 0.2);  // the same pairs are there many times
  EXPECT_NE(task["choices"][0]["values"], task["choices"][1]["values"]);
  EXPECT_TRUE(probe("value-column = \"strength\"\n").says("there is no column 'strength'"));
  EXPECT_TRUE(probe("").says("which column is the affinity?"));
  EXPECT_TRUE(probe("value-column = \"mode\"\n").says("0 pairs, and 10 are needed"));
}

TEST(Prompts, MoveResidues) {
  const TemporaryFolder& before = learned();
  const TemporaryFolder work;
  const std::string structure = std::string(GROEL_TEST_DATA) + "/structures/1ubq.pdb";
  const json found = json::parse(done({"probe", "residues", structure, "-m", kTrunk, "--prompt",
                                       before / "out/prompts/ic", "--json", "--structure-output", work / "shift.pdb"})
                                     .out);
  EXPECT_EQ(found["residues"].size(), 76U);
  EXPECT_GT(found["mean_distance"].get<double>(), 0);
  // DSSP: LYS 27 is inside of ubiquitin, GLY 76 at its end.
  EXPECT_EQ(found["residues"][26]["place"], "core");
  EXPECT_EQ(found["residues"][75]["place"], "surface");
  EXPECT_TRUE(std::filesystem::exists(work / "shift.pdb"));
}

TEST(Prompts, WhatGoesWrong) {
  const TemporaryFolder& before = learned();
  const TemporaryFolder work;
  const std::string ic = before / "out/prompts/ic";
  const auto embed = [&](const std::string& model, const std::string& prompt) {
    return groel({"embed", "MKTAYIAKQR", "-m", model, "--prompt", prompt, "-f", "jsonl"});
  };
  EXPECT_TRUE(embed(kOther, ic).says("the prompt was learned on another model"));
  EXPECT_TRUE(embed(kTrunk, "nosuch").says("there is no prompt 'nosuch'"));
  EXPECT_TRUE(embed(kTrunk, ic + "," + ic).says("two prompts have the name 'ic'"));
  EXPECT_TRUE(embed(kTrunk, kTrunk + "/model.safetensors").says("the file holds no prompt"));
  EXPECT_TRUE(embed(std::string(GROEL_TEST_DATA) + "/msa-tiny", ic).says("learned on another model"));
  const auto train = [&](const std::string& more, const std::string& from = {}, const std::string& to = {}) {
    const std::string path = recipe(work, more);
    std::ifstream file(path);
    std::string text((std::istreambuf_iterator<char>(file)), {});
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    write(path, text);
    return groel({"train", "prompts", path, "--output", work / "bad", "--overwrite"});
  };
  EXPECT_TRUE(train({}, "prompts = [\"ic\"]", "prompts = [\"other\"]").says("no task learns ic"));
  EXPECT_TRUE(train({}, "kind = \"pairs\"", "kind = \"threes\"").says("has the kind 'threes'"));
  EXPECT_TRUE(train({}, "weight = 0.5", "weight = -1").says("'weight' of task 'meeting' is -1"));
  EXPECT_TRUE(train({}, "weight = 0.5", "wait = 0.5").says("has an unknown field 'wait'"));
  EXPECT_TRUE(train({}, "prompts = [\"seq:2\", \"ic:3\"]", "prompts = [\"seq:0\"]").says("is no number of tokens"));
  EXPECT_TRUE(train({}, "prompts = [\"seq:2\", \"ic:3\"]", "").says("there are no prompts to learn"));
  EXPECT_TRUE(train("train = \"heads\"").says("is not what prompts can be trained with"));
}

TEST(Prompts, CausalModelsTakeNone) {
  const TemporaryFolder work;
  recipe(work);
  const Outcome outcome = groel({"train", "prompts", work / "r.toml", "--from",
                                 std::string(GROEL_TEST_DATA) + "/gpt2-tiny", "--output", work / "out"});
  EXPECT_TRUE(outcome.says("take no prompts")) << outcome;
}

// `prompts` is a verb and, after the first run, a folder.
TEST(Prompts, AnOutputMayBeCalledAsTheVerb) {
  const TemporaryFolder work;
  const std::string path = recipe(work);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(work / "");
  for (int run = 0; run < 2; ++run) done({"train", "prompts", path, "--output", "prompts", "--overwrite"});
  std::filesystem::current_path(before);
}

// A self pair, both orders of one pair and an unknown id are counted and told; the others are learned from.
TEST(Prompts, OddPairsAreTold) {
  const TemporaryFolder work;
  const std::string path = recipe(work);
  write(work / "p.csv", std::string(kPairFiles) + "a,a,1\nb,a,1\na,zz,0\n");
  const Outcome outcome = done({"train", "prompts", path, "--output", work / "out"});
  EXPECT_THAT(outcome.err, HasSubstr("task meeting:"));
  EXPECT_THAT(outcome.err, HasSubstr("zz"));
}

}  // namespace
}  // namespace groel::testing
