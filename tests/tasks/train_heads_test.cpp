// Heads of their own: trained on vectors that are kept on disk, left as a predictor's folder that every command takes.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/program.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class OwnHeads : public ::testing::Test {
 protected:
  Outcome run(const Words& words) const {
    return groel(words, {.folder = {}, .input = {}, .environment = {{"XDG_CACHE_HOME", folder_ / "cache"}}});
  }
  Words classify(const std::string& out, const std::string& head, const std::string& from = kEsm2) const {
    return {"train",  "classify", "--data", kStability, "--label-column", "stability",   "--split-column", "set",
            "--from", from,       "--head", head,       "--output",       folder_ / out, "--report",       "none"};
  }
  json evaluated(const std::string& model) const {
    const Outcome said = run({"evaluate", "classify", "--data", kStability, "--label-column", "stability",
                              "--split-column", "set", "--split", "valid", "-m", folder_ / model, "--json"});
    EXPECT_EQ(said.exit, 0) << said;
    return said.exit == 0 ? json::parse(said.out) : json();
  }
  json card(const std::string& model) const { return json::parse(read_file(folder_ / (model + "/predictor.json"))); }
  std::string head(const std::string& model) const { return read_file(folder_ / (model + "/head.safetensors")); }
  std::vector<fs::path> shards() const {
    std::vector<fs::path> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "cache"))
      if (entry.path().extension() == ".vectors") out.push_back(entry.path());
    return out;
  }
  void expect_ok(const Words& words) const {
    const Outcome said = run(words);
    ASSERT_EQ(said.exit, 0) << said;
  }
  TemporaryFolder folder_;
};

TEST_F(OwnHeads, VectorsAreComputedOnceAndChangeNoBit) {
  const Words more{"--hidden", "16,8", "--head-dropout", "0.1", "--steps", "12"};
  const Outcome first = run(classify("a", "mlp") + more);
  ASSERT_EQ(first.exit, 0) << first;
  EXPECT_TRUE(first.says("vectors of the data: 0 sequences taken from the cache, 26 computed")) << first;
  const Outcome second = run(classify("b", "mlp") + more);
  ASSERT_EQ(second.exit, 0) << second;
  EXPECT_TRUE(second.says("vectors of the data: 26 sequences taken from the cache, 0 computed")) << second;
  const Outcome none = run(classify("c", "mlp") + more + Words{"--vector-cache", "0"});
  EXPECT_TRUE(none.says("0 sequences taken from the cache, 26 computed")) << none;
  EXPECT_EQ(head("a"), head("b"));
  EXPECT_EQ(head("a"), head("c"));
  // Vectors of another layer are others.
  EXPECT_TRUE(run(classify("d", "linear") + Words{"--steps", "2", "--head-layer", "1"}).says("26 computed"));
}

TEST_F(OwnHeads, ADamagedFileIsNeverBelieved) {
  expect_ok(classify("a", "linear") + Words{"--steps", "5"});
  for (const fs::path& shard : shards()) {
    std::fstream file(shard, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-2, std::ios::end);
    file.put('\x55');
  }
  const Outcome again = run(classify("b", "linear") + Words{"--steps", "5"});
  ASSERT_EQ(again.exit, 0) << again;
  EXPECT_TRUE(again.says("of the cache of vectors were damaged")) << again;
  EXPECT_EQ(head("a"), head("b"));
  write_file(folder_ / "cache/groel/vectors/" / shards().at(0).parent_path().filename() / "half.vectors", "groel vec");
  EXPECT_EQ(run(classify("c", "linear") + Words{"--steps", "5"}).exit, 0);
  EXPECT_EQ(head("a"), head("c"));
}

TEST_F(OwnHeads, TheCacheIsShownAndEmptied) {
  expect_ok(classify("a", "linear") + Words{"--steps", "5"});
  const json shown = json::parse(run({"data", "cache", "--json"}).out);
  ASSERT_EQ(shown["kinds"].size(), 1U) << shown;
  EXPECT_EQ(shown["kinds"][0]["sequences"], 31);  // five of the 36 are equal to others
  EXPECT_EQ(shown["kinds"][0]["vectors"]["output"], "mean");
  EXPECT_GT(shown["bytes"], 31 * 4 * 16);
  EXPECT_NE(run({"data", "cache"}).out.find("mean of layer 3"), std::string::npos);
  EXPECT_EQ(json::parse(run({"data", "cache", "--empty", "--json"}).out)["bytes"], 0);
  EXPECT_TRUE(shards().empty());
}

TEST_F(OwnHeads, ResumedIsBitwiseUninterrupted) {
  const Words more{"--hidden", "16", "--batch-norm", "--head-dropout", "0.2", "--schedule", "constant",
                   "--warmup", "0"};
  expect_ok(classify("whole", "mlp") + more + Words{"--steps", "20"});
  expect_ok(classify("parts", "mlp") + more + Words{"--steps", "9"});
  const Outcome resumed = run(classify("parts", "mlp") + more + Words{"--steps", "20", "--resume"});
  ASSERT_EQ(resumed.exit, 0) << resumed;
  EXPECT_TRUE(resumed.says("going on from step 9")) << resumed;
  EXPECT_EQ(head("whole"), head("parts"));
}

TEST_F(OwnHeads, ResumeWithTheSameHeldOutDataAlone) {
  const std::string table = "sequence,stability\nMKTAYIAKQRQISFVK,stable\nSHFSRQLEERLGLIEV,";
  write_file(folder_ / "first.csv", table + "labile\n");
  write_file(folder_ / "other.csv", table + "stable\n");  // the same sequences
  for (const char* head : {"linear", "transformers"}) {
    const auto words = [&](const std::string& valid) {
      Words out = classify(head, head) + Words{"--steps", "2"};
      out[6] = "--valid", out[7] = folder_ / valid;
      return out;
    };
    expect_ok(words("first.csv"));
    const Outcome refused = run(words("other.csv") + Words{"--resume"});
    EXPECT_EQ(refused.exit, 4) << refused;
    EXPECT_TRUE(refused.says("the run was started with other held-out data")) << refused;
    expect_ok(words("first.csv") + Words{"--resume"});
  }
}

// Of more runs before, and of one in the place of several, nothing stays.
TEST_F(OwnHeads, OverwrittenRepeatsLeaveNone) {
  const Words more{"--steps", "2"};
  expect_ok(classify("r", "linear") + more + Words{"--repeats", "3"});
  write_file(folder_ / "r/repeat-3/notes.txt", "mine");
  const Outcome refused = run(classify("r", "linear") + more + Words{"--repeats", "2"});
  EXPECT_EQ(refused.exit, 2) << refused;
  EXPECT_TRUE(refused.says("the folder holds a run already")) << refused;
  EXPECT_EQ(run(classify("r", "linear") + more).exit, 2) << "a single run beside them is refused, too";
  const Outcome wrong = run(classify("r", "linear", "no-such-model") + more + Words{"--repeats", "2", "--overwrite"});
  EXPECT_NE(wrong.exit, 0) << wrong;
  EXPECT_TRUE(fs::exists(folder_ / "r/repeat-3/predictor.json")) << "nothing is lost to a wrong option";
  expect_ok(classify("r", "linear") + more + Words{"--repeats", "2", "--overwrite"});
  EXPECT_TRUE(fs::exists(folder_ / "r/repeat-2/predictor.json"));
  EXPECT_TRUE(fs::exists(folder_ / "r/repeat-3/notes.txt"));
  EXPECT_FALSE(fs::exists(folder_ / "r/repeat-3/predictor.json"));
  expect_ok(classify("r", "linear") + more + Words{"--overwrite"});
  for (const char* name : {"repeats.json", "repeat-1", "repeat-2"})
    EXPECT_FALSE(fs::exists(folder_ / (std::string("r/") + name))) << name;
}

TEST_F(OwnHeads, TheFolderIsAPredictor) {
  expect_ok(classify("p", "mlp") + Words{"--epochs", "3", "--keep", "best", "--metric", "mcc"});
  const json written = card("p");
  EXPECT_EQ(written["trunk"]["layer"], 3);
  EXPECT_EQ(written["head"]["kind"], "mlp");
  EXPECT_EQ(written["labels"], json({"labile", "stable"}));
  EXPECT_EQ(written["facts"]["data"][0]["learned"], 28);
  EXPECT_EQ(written["facts"]["data"][0]["sha256"].get<std::string>().size(), 64U);
  const json scores = evaluated("p/best");
  EXPECT_EQ(evaluated("p"), scores) << "the best is what was kept";
  EXPECT_EQ(scores["mcc"], written["facts"]["metrics"]["best"]);
  const Outcome predicted = run({"predict", kProteins, "-m", folder_ / "p"});
  ASSERT_EQ(predicted.exit, 0) << predicted;
  EXPECT_NE(predicted.out.find("pred_label"), std::string::npos);
  const Outcome embedded = run({"embed", kProteins, "-m", folder_ / "p", "-o", folder_ / "e.npz"});
  ASSERT_EQ(embedded.exit, 0) << embedded;
  EXPECT_TRUE(embedded.says("is a predictor: the model that it was trained on is used")) << embedded;
  const json info = json::parse(run({"info", folder_ / "p", "--json"}).out);
  EXPECT_EQ(info["predictor"]["head"]["kind"], "mlp");
  EXPECT_EQ(info["layers"], 3);
}

TEST_F(OwnHeads, AnotherModelInThePlaceOfTheTrunkIsRefused) {
  expect_ok(classify("p", "linear") + Words{"--steps", "3", "--copy-trunk"});
  EXPECT_EQ(card("p")["trunk"]["model"], "trunk");
  fs::rename(folder_ / "p", folder_ / "elsewhere");
  expect_ok({"predict", kProteins, "-m", folder_ / "elsewhere"});
  json changed = card("elsewhere");
  changed["trunk"]["fingerprint"] = std::string(64, '0');
  write_file(folder_ / "elsewhere/predictor.json", changed.dump());
  for (const char* command : {"predict", "embed"}) {
    const Outcome refused = run({command, kProteins, "-m", folder_ / "elsewhere", "-o", folder_ / "x.csv"});
    EXPECT_NE(refused.exit, 0) << refused;
    EXPECT_TRUE(refused.says("not the one that the predictor was trained on")) << refused;
  }
}

TEST_F(OwnHeads, HeadsThatAreFittedAtOnce) {
  for (const char* kind : {"logistic", "knn"}) {
    expect_ok(classify(kind, kind));
    const json scores = evaluated(kind), kept = card(kind)["facts"]["metrics"]["held_out"];
    EXPECT_EQ(scores["accuracy"], kept["accuracy"]) << kind;
    EXPECT_NEAR(scores["loss"].get<double>(), kept["loss"].get<double>(), 1e-6) << kind;
    EXPECT_EQ(run({"predict", kProteins, "-m", folder_ / kind}).exit, 0) << kind;
  }
  Words numbers = classify("ridge", "logistic");
  numbers[5] = "melting_point";
  expect_ok(numbers);
  EXPECT_LT(card("ridge")["facts"]["metrics"]["held_out"]["rmse"], 30) << "what starts at 0 is off by 55";
}

// Weights that are finite, and outputs that are not.
TEST_F(OwnHeads, OutputsThatOverflowAreNoScoresAndNoPredictions) {
  expect_ok(classify("p", "linear") + Words{"--steps", "3"});
  std::string bytes = head("p");
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  const float large = 3e38F;
  for (std::size_t at = sizeof header + header; at + sizeof large <= bytes.size(); at += sizeof large)
    std::memcpy(bytes.data() + at, &large, sizeof large);
  write_file(folder_ / "p/head.safetensors", bytes);
  const Outcome said =
      run({"evaluate", "classify", "--data", kStability, "--label-column", "stability", "-m", folder_ / "p", "--json"});
  EXPECT_NE(said.exit, 0) << said;
  EXPECT_TRUE(said.says("the head's numbers overflow")) << said;
  const Outcome predicted = run({"predict", kProteins, "-m", folder_ / "p"});
  EXPECT_EQ(predicted.exit, 1) << predicted;
  EXPECT_NE(predicted.out.find("the head's numbers overflow"), std::string::npos) << predicted;
  EXPECT_EQ(predicted.out.find("stable"), std::string::npos) << predicted;
}

TEST_F(OwnHeads, OneHotNeedsNoModel) {
  expect_ok(classify("h", "linear", "one-hot") + Words{"--epochs", "2"});
  EXPECT_EQ(card("h")["trunk"]["model"], "one-hot");
  EXPECT_NEAR(evaluated("h")["loss"].get<double>(), card("h")["facts"]["metrics"]["held_out"]["loss"].get<double>(),
              1e-5);
  EXPECT_EQ(run({"predict", kProteins, "-m", folder_ / "h"}).exit, 0);
  const Outcome refused = run({"embed", kProteins, "-m", folder_ / "h", "-o", folder_ / "e.npz"});
  EXPECT_TRUE(refused.says("there is no model behind it")) << refused;
}

TEST_F(OwnHeads, LabelsOfResidues) {
  const Words words{"train",        "residues", "--data",         kStructure,    "--label-column",  "structure",
                    "--unlabelled", ".",        "--split-column", "set",         "--from",          kEsm2,
                    "--head",       "linear",   "--output",       folder_ / "r", "--learning-rate", "1e-2",
                    "--epochs",     "20",       "--report",       "none"};
  expect_ok(words);
  EXPECT_GT(card("r")["facts"]["metrics"]["held_out"]["accuracy"], 0.5) << "0.43 is helix everywhere";
  const Outcome said = run({"evaluate", "residues", "--data", kStructure, "--label-column", "structure", "--unlabelled",
                            ".", "--split-column", "set", "--split", "valid", "-m", folder_ / "r", "--json"});
  ASSERT_EQ(said.exit, 0) << said;
  EXPECT_NEAR(json::parse(said.out)["loss"].get<double>(),
              card("r")["facts"]["metrics"]["held_out"]["loss"].get<double>(), 1e-5);
}

TEST_F(OwnHeads, CostIsSaidAndNothingIsDone) {
  const Outcome said = run(classify("n", "mlp") + Words{"--cost", "--json"});
  ASSERT_EQ(said.exit, 0) << said;
  EXPECT_TRUE(said.says("cost: 28 sequences")) << said;
  const json cost = json::parse(said.out);
  EXPECT_EQ(cost["sequences"], 28);
  EXPECT_GT(cost["trunk_tokens"], cost["epoch_tokens"]);
  EXPECT_GE(cost["minutes"], 0);
  EXPECT_FALSE(fs::exists(folder_ / "n"));
  const Outcome whole = run({"train", "mlm", "--data", kProteins, "--from", kEsm2, "--steps", "70", "--output",
                             folder_ / "m", "--cost", "--json"});
  ASSERT_EQ(whole.exit, 0) << whole;
  EXPECT_EQ(json::parse(whole.out)["steps"], 70);
  EXPECT_GT(json::parse(whole.out)["step_seconds"], 0);
  EXPECT_FALSE(fs::exists(folder_ / "m"));
}

TEST_F(OwnHeads, ErrorsSayWhatToDo) {
  const auto refused = [&](const Words& words, const char* why) {
    const Outcome said = run(words);
    EXPECT_EQ(said.exit, 2) << said;
    EXPECT_TRUE(said.says(why)) << said;
  };
  refused(classify("x", "mlp") + Words{"--lora-r", "4"}, "the model stays as it is below a head of its own");
  refused(classify("x", "transformers") + Words{"--hidden", "4"}, "choose another head");
  refused(classify("x", "linear") + Words{"--hidden", "4"}, "a linear head has no hidden layers");
  refused(classify("x", "mlp") + Words{"--head-layer", "9"}, "0 (embeddings) to 3");
  refused(classify("x", "knn") + Words{"--neighbours", "99"}, "1 to 28");
  refused(classify("x", "mlp") + Words{"--crop", "random"}, "vectors are computed once");
  refused(classify("x", "transformers", "one-hot"), "the residues themselves are read by heads of their own");
}

}  // namespace
}  // namespace groel::testing
